using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

internal static partial class Elementary<TVector, TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Erf(TVector x)
    {
        // erf a = 1 − 2^−u for a = |x| and u = −log2 erfc a, which is a·p(a): the same formula is relatively accurate near 0 and near 1.
        // p is fitted so that erf has the least largest relative error, 0.37 ulp up to 3.95, from where on erf rounds to 1.
        var a = TLanes.AtMost(3.95f, TLanes.Abs(x));
        var p = Step(C(6.17023907e-05f), a, -0.000569757714f);
        p = Step(p, a, 0.00185718178f);
        p = Step(p, a, 0.000234059073f);
        p = Step(p, a, -0.0278368276f);
        p = Step(p, a, 0.148318648f);
        p = Step(p, a, 0.918444693f);
        p = Step(p, a, 1.62790704f);
        var u = TLanes.Multiply(p, a);

        // With the n that is nearest to u, 1 − 2^−u = (1 − 2^−n) − 2^−n·(2^(n − u) − 1). 256 more in the exponent field are the sign of
        // −2^−n.
        var shifted = TLanes.Subtract(C(ExponentRounder + 256f), u);
        var q = Exp2MinusOne(TLanes.Subtract(TLanes.Subtract(C(ExponentRounder + 256f), shifted), u));
        var minusScale = TLanes.ShiftLeft(shifted, MantissaBits);
        var y = TLanes.MultiplyAdd(minusScale, q, TLanes.Add(C(1f), minusScale));
        return TLanes.Or(y, TLanes.And(x, C(-0f)));
    }

    /// <summary>2^f − 1 for |f| ≤ ½ within 0.11 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exp2MinusOne(TVector f)
    {
        var p = Step(C(0.000153820598f), f, 0.00133873848f);
        p = Step(p, f, 0.00961831119f);
        p = Step(p, f, 0.0555036739f);
        p = Step(p, f, 0.240226492f);
        p = Step(p, f, 0.693147182f);
        return TLanes.Multiply(p, f);
    }
}
