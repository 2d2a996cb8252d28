using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

internal static partial class Elementary<TVector, TLanes>
{
    private const float LogOfLeastNormal = -87.33654f; // ln 2^−126, rounded up

    // n is the whole number below, not the nearest: so it lies between −126 and 127 for every normal result, and 2^n is a float. The limit
    // makes n = 128 of all larger x, and 2^128 is infinite.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp2(TVector x)
    {
        var limited = TLanes.AtMost(128f, x);
        var n = TLanes.Floor(limited);
        var f = TLanes.Subtract(limited, n);

        // 2^f on [0, 1] within 1 ulp, exactly 1 at 0.
        var p = Step(C(0.00188556267f), f, 0.00897272211f);
        p = Step(p, f, 0.0558364838f);
        p = Step(p, f, 0.240152627f);
        p = Step(p, f, 0.693152487f);
        p = Step(p, f, 1f);
        return TLanes.ScaleUnlessBelow(p, n, x, -126f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp(TVector x)
    {
        // x = n·ln 2 + r. The high part of ln 2 has 15 bits and n has 8, so their product is exact without fused multiply-add too.
        var limited = TLanes.AtMost(89f, x);
        var n = TLanes.Floor(TLanes.Multiply(limited, C(1.44269502f)));
        var r = TLanes.MultiplyAdd(n, C(-0.693145752f), limited);
        r = TLanes.MultiplyAdd(n, C(-1.42860677e-06f), r);

        // e^r on [0, ln 2] within 1 ulp, exactly 1 at 0.
        var p = Step(C(0.0117828036f), r, 0.0388737209f);
        p = Step(p, r, 0.167662933f);
        p = Step(p, r, 0.499846637f);
        p = Step(p, r, 1.00000763f);
        p = Step(p, r, 1f);
        return TLanes.ScaleUnlessBelow(p, n, x, LogOfLeastNormal);
    }
}
