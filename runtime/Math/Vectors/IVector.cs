using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// Floats that one register of the processor holds. What is written for such a vector is compiled once for each width: 512, 256 and 128
/// bit.
/// </summary>
/// <remarks>
/// Each member but the elementary functions is one or two instructions. A <b>mask</b> has all bits of a lane set, or none.
/// </remarks>
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
    static abstract void Store(in TSelf value, ref float to);

    /// <summary>a·b + c, rounded once wherever every processor with registers of this width can do that fast.</summary>
    static abstract TSelf MultiplyAdd(in TSelf a, in TSelf b, in TSelf c);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(in TSelf a, in TSelf b, in TSelf c);

    /// <summary>|x|.</summary>
    static abstract TSelf Abs(in TSelf x);

    /// <summary>√x.</summary>
    static abstract TSelf Sqrt(in TSelf x);

    /// <summary>log2 x; −∞ at 0, NaN below.</summary>
    static abstract TSelf Log2(in TSelf x);

    /// <summary>e^x.</summary>
    static abstract TSelf Exp(in TSelf x);

    /// <summary>2^x; +∞ where that overflows.</summary>
    static abstract TSelf Exp2(in TSelf x);

    /// <summary>ln x.</summary>
    static abstract TSelf Log(in TSelf x);

    /// <summary>tanh x.</summary>
    static abstract TSelf Tanh(in TSelf x);

    /// <summary>sin x.</summary>
    static abstract TSelf Sin(in TSelf x);

    /// <summary>cos x.</summary>
    static abstract TSelf Cos(in TSelf x);

    /// <summary>2/√π ∫₀ˣ e^(−t²) dt.</summary>
    static abstract TSelf Erf(in TSelf x);

    /// <summary>2^x for x ≤ 127, exactly 0 where x &lt; <paramref name="flushBelow"/>; NaN stays NaN (<see cref="VectorMath"/>).</summary>
    static abstract TSelf Exp2(in TSelf x, float flushBelow);

    /// <summary>The larger number; NaN where one is NaN; +0 of two zeros that differ in sign.</summary>
    static abstract TSelf Max(in TSelf a, in TSelf b);

    /// <summary>The smaller number; NaN where one is NaN; −0 of two zeros that differ in sign.</summary>
    static abstract TSelf Min(in TSelf a, in TSelf b);

    /// <summary>The larger number by one instruction: the second where one is NaN.</summary>
    static abstract TSelf MaxNative(in TSelf a, in TSelf b);

    /// <summary>The smaller number by one instruction: the second where one is NaN.</summary>
    static abstract TSelf MinNative(in TSelf a, in TSelf b);

    /// <summary>The size of one number with the sign of another, which zeros have too.</summary>
    static abstract TSelf CopySign(in TSelf value, in TSelf sign);

    /// <summary>A mask of a &lt; b.</summary>
    static abstract TSelf Less(in TSelf a, in TSelf b);

    /// <summary>A mask of a ≤ b.</summary>
    static abstract TSelf LessOrEqual(in TSelf a, in TSelf b);

    /// <summary>A mask of a &gt; b.</summary>
    static abstract TSelf Greater(in TSelf a, in TSelf b);

    /// <summary>A mask of a ≥ b.</summary>
    static abstract TSelf GreaterOrEqual(in TSelf a, in TSelf b);

    /// <summary>A mask of a = b.</summary>
    static abstract TSelf Equal(in TSelf a, in TSelf b);

    /// <summary>Whether a &gt; b in any lane.</summary>
    static abstract bool AnyGreater(in TSelf a, in TSelf b);

    /// <summary>A mask of all lanes or of none.</summary>
    static abstract TSelf Mask(bool all);

    /// <summary>A mask of the first lanes; none where the count is negative, all where it is larger than <see cref="Count"/>.</summary>
    static abstract TSelf First(int count);

    /// <summary>
    /// One whole number in each lane. What follows takes lanes for whole numbers of 32 bits, and wraps around as an int does.
    /// </summary>
    static abstract TSelf CreateWhole(int value);

    /// <summary>The whole numbers 0, 1, 2, …</summary>
    static abstract TSelf WholeIndices { get; }

    /// <summary>a + b of whole numbers.</summary>
    static abstract TSelf AddWhole(in TSelf a, in TSelf b);

    /// <summary>a·b of whole numbers.</summary>
    static abstract TSelf MultiplyWhole(in TSelf a, in TSelf b);

    /// <summary>a/b of whole numbers, towards zero; b is not 0.</summary>
    static abstract TSelf DivideWhole(in TSelf a, int b);

    /// <summary>The remainder of <see cref="DivideWhole"/>, which has the sign of a.</summary>
    static abstract TSelf RemainderWhole(in TSelf a, int b);

    /// <summary>The larger whole number.</summary>
    static abstract TSelf MaxWhole(in TSelf a, in TSelf b);

    /// <summary>The smaller whole number.</summary>
    static abstract TSelf MinWhole(in TSelf a, in TSelf b);

    /// <summary>A whole number moved to the left by so many bits, 0 to 31.</summary>
    static abstract TSelf ShiftLeftWhole(in TSelf a, int bits);

    /// <summary>A whole number moved to the right by so many bits, 0 to 31, and rounded down.</summary>
    static abstract TSelf ShiftRightWhole(in TSelf a, int bits);

    /// <summary>A mask of whole numbers a ≥ 0.</summary>
    static abstract TSelf NotNegativeWhole(in TSelf a);

    /// <summary>A mask of whole numbers a = 0.</summary>
    static abstract TSelf IsZeroWhole(in TSelf a);

    /// <summary>A whole number as the nearest float.</summary>
    static abstract TSelf FromWhole(in TSelf a);

    /// <summary>
    /// table[index] of whole numbers, of a table of so many numbers. An index outside of it is taken for the nearest within.
    /// </summary>
    static abstract TSelf Gather(ref float table, int count, in TSelf indices);

    /// <summary>a where the mask is set, b elsewhere.</summary>
    static abstract TSelf Select(in TSelf mask, in TSelf a, in TSelf b);

    /// <summary>The sum of the lanes, in pairs.</summary>
    static abstract float Sum(in TSelf value);

    /// <summary>The largest lane.</summary>
    static abstract float Max(in TSelf value);

    /// <summary>a + b, lane by lane.</summary>
    static abstract TSelf operator +(in TSelf a, in TSelf b);

    /// <summary>a − b, lane by lane.</summary>
    static abstract TSelf operator -(in TSelf a, in TSelf b);

    /// <summary>a·b, lane by lane.</summary>
    static abstract TSelf operator *(in TSelf a, in TSelf b);

    /// <summary>a/b, lane by lane.</summary>
    static abstract TSelf operator /(in TSelf a, in TSelf b);

    /// <summary>Both masks.</summary>
    static abstract TSelf operator &(in TSelf a, in TSelf b);

    /// <summary>Either mask.</summary>
    static abstract TSelf operator |(in TSelf a, in TSelf b);

    /// <summary>−a.</summary>
    static abstract TSelf operator -(in TSelf a);

    /// <summary>The other lanes of a mask.</summary>
    static abstract TSelf operator ~(in TSelf a);
}
