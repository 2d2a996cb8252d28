using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>Doubles that one register of the processor holds: half as many as floats, so that a vector of floats widens to two.</summary>
/// <typeparam name="TSelf">The vector itself.</typeparam>
/// <typeparam name="TFloats">The vector of floats of the same width.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IDoubles<TSelf, TFloats>
    where TSelf : struct, IDoubles<TSelf, TFloats>
    where TFloats : struct, IVector<TFloats>
{
    /// <summary>One number in each lane.</summary>
    static abstract TSelf Create(double value);

    /// <summary>The first half of the floats.</summary>
    static abstract TSelf Lower(in TFloats value);

    /// <summary>The second half of the floats.</summary>
    static abstract TSelf Upper(in TFloats value);

    /// <summary>a where the first half of a mask is set, b elsewhere.</summary>
    static abstract TSelf SelectLower(in TFloats mask, in TSelf a, in TSelf b);

    /// <summary>a where the second half of a mask is set, b elsewhere.</summary>
    static abstract TSelf SelectUpper(in TFloats mask, in TSelf a, in TSelf b);

    /// <summary>a·b + c, rounded once wherever every processor with registers of this width can do that fast.</summary>
    static abstract TSelf MultiplyAdd(in TSelf a, in TSelf b, in TSelf c);

    /// <summary>The sum of the lanes.</summary>
    static abstract double Sum(in TSelf value);

    /// <summary>a + b, lane by lane.</summary>
    static abstract TSelf operator +(in TSelf a, in TSelf b);

    /// <summary>a − b, lane by lane.</summary>
    static abstract TSelf operator -(in TSelf a, in TSelf b);

    /// <summary>a·b, lane by lane.</summary>
    static abstract TSelf operator *(in TSelf a, in TSelf b);

    /// <summary>a/b, lane by lane.</summary>
    static abstract TSelf operator /(in TSelf a, in TSelf b);

    /// <summary>−a.</summary>
    static abstract TSelf operator -(in TSelf a);
}
