using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

internal static partial class Elementary<TVector, TLanes>
{
    // Up to here the parts of π below are enough.
    private const float LargeAngle = 1e4f;
    private const float OneOverPi = 0.318309873f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Sin(TVector x)
    {
        TVector y;
        if (TLanes.AnyLess(C(LargeAngle), TLanes.Abs(x)))
        {
            // A variable of its own: the JIT keeps the one that a call writes, or returns to, in memory wherever it is used.
            var inMemory = x;
            SinWithLargeAngles(ref inMemory);
            y = inMemory;
        }
        else
        {
            y = SinOfSmallAngles(x);
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Cos(TVector x)
    {
        TVector y;
        if (TLanes.AnyLess(C(LargeAngle), TLanes.Abs(x)))
        {
            var inMemory = x;
            CosWithLargeAngles(ref inMemory);
            y = inMemory;
        }
        else
        {
            y = CosOfSmallAngles(x);
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SinOfSmallAngles(TVector x)
    {
        // x = nπ + r, sin x = ±sin r.
        var shifted = TLanes.MultiplyAdd(x, C(OneOverPi), C(Rounder));
        return SinOfTurn(x, TLanes.Subtract(shifted, C(Rounder)), shifted);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector CosOfSmallAngles(TVector x)
    {
        // x = (n − ½)π + r, cos x = sin(x + π/2) = ±sin r: zeros of the cosine are zeros of r, so they keep their relative accuracy.
        var shifted = TLanes.Add(TLanes.MultiplyAdd(x, C(OneOverPi), C(0.5f)), C(Rounder));
        return SinOfTurn(x, TLanes.Subtract(TLanes.Subtract(shifted, C(Rounder)), C(0.5f)), shifted);
    }

    /// <summary>sin(x − hπ), negated where the lowest bit of <paramref name="shifted"/> is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SinOfTurn(TVector x, TVector h, TVector shifted)
    {
        // Every part of π is positive: so h = 0 leaves −0 as it is.
        TVector r;
        if (TLanes.Fused)
        {
            r = TLanes.MultiplyAdd(h, C(-3.1415925f), x);
            r = TLanes.MultiplyAdd(h, C(-1.50995788e-07f), r);
            r = TLanes.MultiplyAdd(h, C(-1.07806051e-14f), r);
        }
        else
        {
            // Cody and Waite: parts of 11 bits, so that their products with the 13 bits of h are exact.
            r = TLanes.MultiplyAdd(h, C(-3.140625f), x);
            r = TLanes.MultiplyAdd(h, C(-0.000967502594f), r);
            r = TLanes.MultiplyAdd(h, C(-1.50990672e-07f), r);
            r = TLanes.MultiplyAdd(h, C(-5.12668814e-12f), r);
        }

        // sin(r)/r on [−π/2, π/2] within 0.06 ulp. As a product with r it keeps the sign of zero.
        var s = TLanes.Multiply(r, r);
        var p = Step(C(2.60604702e-06f), s, -0.000198097667f);
        p = Step(p, s, 0.00833306927f);
        p = Step(p, s, -0.166666597f);
        p = Step(p, s, 1f);
        return TLanes.Xor(TLanes.Multiply(p, r), TLanes.ShiftLeft(shifted, 31));
    }

    // Out of line: rare, and every loop would otherwise carry its code. The small angles give the bits that they give without a large one
    // beside them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SinWithLargeAngles(ref TVector values)
    {
        var x = values;
        var y = SinOfSmallAngles(x);
        for (var i = 0; i < TLanes.Count; i++)
        {
            var angle = TLanes.Lane(x, i);
            if (MathF.Abs(angle) > LargeAngle)
            {
                y = TLanes.WithLane(y, i, (float)Math.Sin(angle));
            }
        }

        values = y;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CosWithLargeAngles(ref TVector values)
    {
        var x = values;
        var y = CosOfSmallAngles(x);
        for (var i = 0; i < TLanes.Count; i++)
        {
            var angle = TLanes.Lane(x, i);
            if (MathF.Abs(angle) > LargeAngle)
            {
                y = TLanes.WithLane(y, i, (float)Math.Cos(angle));
            }
        }

        values = y;
    }
}
