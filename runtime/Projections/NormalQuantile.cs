namespace KernelGen;

/// <summary>
/// The inverse of the standard normal distribution function in double, from + − × ÷ √ alone: IEEE 754 fixes the bits of each of those, and
/// .NET never fuses a written product and sum, so the result has the same bits on every machine. (Math.Log and its like come from the
/// platform's C library and differ.)
/// </summary>
/// <remarks>
/// M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988); relative error about
/// 1e-16.
/// </remarks>
internal static class NormalQuantile
{
    private const double Ln2 = 0.69314718055994530942;
    private const double SqrtHalf = 0.70710678118654752440;

    /// <summary>z with P(N(0,1) ≤ z) = p, for 0 &lt; p &lt; 1.</summary>
    public static double At(double p)
    {
        var q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            var r = 0.180625 - q * q;
            return q
                * (((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4) * r
                    + 4.5921953931549871457e+4) * r + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3) * r
                    + 1.3314166789178437745e+2) * r + 3.3871328727963666080e+0)
                / (((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4) * r
                    + 2.1213794301586595867e+4) * r + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2) * r
                    + 4.2313330701600911252e+1) * r + 1.0);
        }

        var tail = Math.Sqrt(-Log(q < 0 ? p : 1 - p));
        double size;
        if (tail <= 5)
        {
            var r = tail - 1.6;
            size = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
                    + 1.27045825245236838258e+0) * r + 3.64784832476320460504e+0) * r + 5.76949722146069140550e+0) * r
                    + 4.63033784615654529590e+0) * r + 1.42343711074968357734e+0)
                / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                    + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e+0) * r
                    + 2.05319162663775882187e+0) * r + 1.0);
        }
        else
        {
            var r = tail - 5;
            size = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
                    + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e+0) * r
                    + 5.46378491116411436990e+0) * r + 6.65790464350110377720e+0)
                / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                    + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
                    + 5.99832206555887937690e-1) * r + 1.0);
        }

        return q < 0 ? -size : size;
    }

    /// <summary>ln x for normal x &gt; 0: x = 2^e·m with √½ ≤ m &lt; √2, ln m = 2·artanh((m − 1)/(m + 1)) by its series.</summary>
    internal static double Log(double x)
    {
        const long exponentMask = 0x7FFL << 52;
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)((bits & exponentMask) >> 52) - 1022;
        var m = BitConverter.Int64BitsToDouble((bits & ~exponentMask) | (1022L << 52)); // ½ ≤ m < 1
        if (m < SqrtHalf)
        {
            m *= 2;
            exponent--;
        }

        // |s| ≤ 0.172, so the first term left out, s^23/23, is below 1e-18.
        var s = (m - 1) / (m + 1);
        var s2 = s * s;
        double series = 0;
        for (var power = 21; power >= 1; power -= 2)
        {
            series = series * s2 + 1.0 / power;
        }

        return exponent * Ln2 + 2 * s * series;
    }
}
