namespace KernelGen.Tests.Expressions;

/// <summary>erf in double, straight from its series and, far out, from the continued fraction of erfc; about 1e-15.</summary>
internal static class ErrorFunction
{
    public static double Erf(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        var size = Math.Min(Math.Abs(x), 8); // where it is 1 to the last digit
        return Math.CopySign(size < 2.5 ? Series(size) : 1 - Complement(size), x);
    }

    /// <summary>2/√π · e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms positive, so nothing cancels.</summary>
    private static double Series(double x)
    {
        var (sum, term) = (x, x);
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …)))).</summary>
    private static double Complement(double x)
    {
        var fraction = x;
        for (var n = 80; n >= 1; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
