namespace KernelGen;

/// <summary>Functions for kernel functions (<c>FavorAttentionAttribute.KernelFunctionName</c>) that the framework has not.</summary>
public static class KernelMath
{
    private const double TwoOverRootPi = 1.1283791670955126;

    /// <summary>From here on the error function, rounded to float, is 1: erfc(3.92) &lt; 2⁻²⁵, half a unit in the last place.</summary>
    private const double One = 3.92;

    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt: −1 at −∞, 1 at +∞, NaN for NaN, −0 for −0.</summary>
    /// <remarks>
    /// Within 1 ulp. erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), whose terms have one sign, so that in double nothing is lost.
    /// Emitted kernels compute their own approximation for whole vectors; this is the reference for one number.
    /// </remarks>
    public static float Erf(float x)
    {
        double z = x;
        if (Math.Abs(z) >= One)
        {
            return MathF.CopySign(1f, x);
        }

        var square = z * z;
        var term = z;
        var sum = z;

        // Ends for NaN too: no comparison with it holds.
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * square / ((2 * n) + 1);
            sum += term;
        }

        return (float)(TwoOverRootPi * Math.Exp(-square) * sum);
    }
}
