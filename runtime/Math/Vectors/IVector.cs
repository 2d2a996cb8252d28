using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// Floats that one register of the processor holds. What is written for such a vector is compiled once for each width: 512, 256 and 128 bit.
/// </summary>
/// <remarks>Each member is one or two instructions, in Debug builds of a user's project too, since they are compiled with this library.</remarks>
/// <typeparam name="TSelf">The vector itself.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IVector<TSelf>
    where TSelf : struct, IVector<TSelf>
{
    /// <summary>Floats of the vector: 16, 8 or 4.</summary>
    static abstract int Count { get; }

    /// <summary>0 in each lane.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>0, 1, 2, …</summary>
    static abstract TSelf Indices { get; }

    /// <summary>One number in each lane.</summary>
    static abstract TSelf Create(float value);

    /// <summary>The numbers from a place on.</summary>
    static abstract TSelf Load(ref float from);

    /// <summary>Writes the numbers to a place.</summary>
    static abstract void Store(TSelf value, ref float to);

    /// <summary>a·b + c, rounded once wherever every processor with registers of this width can do that fast.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The first vector where the number in the lane of <paramref name="x"/> is at most the limit, 0 elsewhere.</summary>
    static abstract TSelf WhereAtMost(TSelf value, TSelf x, TSelf limit);

    /// <summary>The sum of the lanes, in pairs.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>a + b, lane by lane.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>a − b, lane by lane.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>a·b, lane by lane.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);
}
