using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Sums that are kept as two floats, the sum rounded and the rest, so that rounding does not grow with the number of summands. What emitted
/// kernels keep of millions of tokens is summed so.
/// </summary>
/// <remarks>
/// Two-sum (Knuth, The Art of Computer Programming, vol. 2, section 4.2.2): s = a + b rounded, and what that lost is
/// (a − (s − b′)) + (b − b′) with b′ = s − a, exactly. It takes six additions and asks nothing of the sizes of a and b. Where a sum
/// overflows its rest is NaN, and so is the sum from the next addition on.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompensatedSums
{
    /// <summary>
    /// Ends a group of summands: sums = base + rests + group, of which <paramref name="bases"/> becomes a copy and what rounding took away
    /// is left in <paramref name="rests"/>; the group is 0 afterwards.
    /// </summary>
    /// <param name="sums">The sums, whatever is in them.</param>
    /// <param name="rests">What the sums before the group had lost.</param>
    /// <param name="bases">The sums before the group; may be <paramref name="sums"/>.</param>
    /// <param name="group">Plain sums of the group.</param>
    /// <param name="count">Numbers, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Close(ref float sums, ref float rests, ref float bases, ref float group, int count)
    {
        for (nint i = 0; i < count; i += Vector<float>.Count)
        {
            var before = Vector.LoadUnsafe(ref bases, (nuint)i);
            var added = Vector.LoadUnsafe(ref group, (nuint)i);
            var sum = before + added;
            var seen = sum - before;
            var lost = (before - (sum - seen)) + (added - seen) + Vector.LoadUnsafe(ref rests, (nuint)i);
            var total = sum + lost;
            total.StoreUnsafe(ref sums, (nuint)i);
            total.StoreUnsafe(ref bases, (nuint)i);
            (lost - (total - sum)).StoreUnsafe(ref rests, (nuint)i);
            Vector<float>.Zero.StoreUnsafe(ref group, (nuint)i);
        }
    }

    /// <summary>sum·scale += addend + its rest, with the rest of the sum scaled and brought up to date.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge(ref float sum, ref float rest, float scale, float addend, float addendRest)
    {
        var before = sum * scale;
        var total = before + addend;
        var seen = total - before;
        var lost = before - (total - seen) + (addend - seen) + (rest * scale + addendRest);
        sum = total + lost;
        rest = lost - (sum - total);
    }

    /// <inheritdoc cref="Merge(ref float, ref float, float, float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge<TVector>(ref float sum, ref float rest, TVector scale, TVector addend, TVector addendRest)
        where TVector : struct, IVector<TVector>
    {
        var before = TVector.Load(ref sum) * scale;
        var total = before + addend;
        var seen = total - before;
        var lost = before - (total - seen) + (addend - seen) + ((TVector.Load(ref rest) * scale) + addendRest);
        var renewed = total + lost;
        TVector.Store(renewed, ref sum);
        TVector.Store(lost - (renewed - total), ref rest);
    }

    /// <summary>sum += addend, keeping in the rest what that loses; for addends that are not much larger than the sum becomes.</summary>
    /// <remarks>Kahan's form: the rest goes in with the next addend, three additions less than two-sum.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<TVector, TLanes>(ref float sum, ref float rest, TVector addend)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        var before = TLanes.Load(ref sum);
        var owed = TLanes.Add(addend, TLanes.Load(ref rest));
        var total = TLanes.Add(before, owed);
        TLanes.Store(total, ref sum);
        TLanes.Store(TLanes.Subtract(owed, TLanes.Subtract(total, before)), ref rest);
    }
}
