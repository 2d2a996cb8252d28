using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

internal static partial class Elementary<TVector, TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Tanh(TVector x)
    {
        // tanh |x| = E/(E + 2), E = e^(2|x|) − 1, and |x| = n·(ln 2)/2 + r. From 9.2 on the quotient rounds to 1.
        var a = TLanes.AtMost(9.2f, TLanes.Abs(x));
        var shifted = TLanes.MultiplyAdd(a, C(2.88539004f), C(ExponentRounder));
        var r = TLanes.MultiplyAdd(TLanes.Subtract(shifted, C(ExponentRounder)), C(-0.346573591f), a);

        // (e^(2r) − 1)/r for |r| ≤ (ln 2)/4 within 0.12 ulp, exactly 2 at 0.
        var p = Step(C(0.0887669176f), r, 0.267720193f);
        p = Step(p, r, 0.666679084f);
        p = Step(p, r, 1.33332372f);
        p = Step(p, r, 1.99999988f);
        p = Step(p, r, 2f);

        // E = 2^n·(1 + r·p) − 1, in an order that keeps the relative accuracy where n = 0 and r is small.
        var scale = TLanes.ShiftLeft(shifted, MantissaBits);
        var e = TLanes.MultiplyAdd(scale, TLanes.Multiply(r, p), TLanes.Subtract(scale, C(1f)));
        return TLanes.Or(TLanes.Divide(e, TLanes.Add(e, C(2f))), TLanes.And(x, C(-0f)));
    }
}
