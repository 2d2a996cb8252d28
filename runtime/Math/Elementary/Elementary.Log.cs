using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

internal static partial class Elementary<TVector, TLanes>
{
    private const float Ln2 = 0.693147182f; // within 0.04 ulp of ln 2, so no second part is needed

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Log(TVector x)
    {
        // x = m·2^e with ¾ ≤ m < 3/2: near 1 e is 0, and log x = log m keeps its relative accuracy.
        if (TLanes.SplitsNumbers)
        {
            var m = TLanes.Mantissa(x);
            var e = TLanes.Subtract(TLanes.Exponent(x), TLanes.Exponent(m));
            return LogOf(m, e);
        }

        // The corrections are ten instructions, as many as the polynomial: skipped where no lane needs one.
        var ordinary = !TLanes.AnyOutside(x, LeastNormal, float.MaxValue);
        var normal = x;
        var raised = C(0f);
        if (!ordinary)
        {
            var subnormal = TLanes.Less(x, C(LeastNormal));
            normal = TLanes.Select(subnormal, TLanes.Multiply(x, C(1 << 24)), x);
            raised = TLanes.And(subnormal, C(24f));
        }

        var bits = TLanes.ExponentBits(normal);
        var y = LogOf(TLanes.Unscale(normal, bits), TLanes.Subtract(TLanes.ToFloat(bits), raised));
        if (!ordinary)
        {
            y = TLanes.Select(TLanes.Less(x, C(float.PositiveInfinity)), y, x); // NaN and +∞ are their own logarithms
            y = TLanes.Select(TLanes.Equal(x, C(0f)), C(float.NegativeInfinity), y);
            y = TLanes.Or(y, TLanes.Less(x, C(0f))); // all ones is NaN
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOf(TVector m, TVector e)
    {
        // log(1 + t)/t on [−¼, ½] within 0.24 ulp, exactly 1 at 0.
        var t = TLanes.Subtract(m, C(1f));
        var p = Step(C(0.054150749f), t, -0.120673157f);
        p = Step(p, t, 0.149823159f);
        p = Step(p, t, -0.168223068f);
        p = Step(p, t, 0.199772045f);
        p = Step(p, t, -0.249934912f);
        p = Step(p, t, 0.333335459f);
        p = Step(p, t, -0.500000596f);
        p = Step(p, t, 1f);
        return TLanes.MultiplyAdd(e, C(Ln2), TLanes.Multiply(p, t));
    }
}
