using System.Globalization;

namespace KernelGen.CompilerServices;

/// <summary>What kernels pack beside the projections themselves.</summary>
public static class LayerParameters
{
    /// <summary>‖ω_r‖² of one projection, summed in double.</summary>
    public static float SquaredNorm(Projection projection, int row)
    {
        double sum = 0;
        foreach (float x in projection.Weights.Slice(row * projection.Columns, projection.Columns))
        {
            sum += (double)x * x;
        }

        return (float)sum;
    }

    /// <summary>
    /// Optimal positive features, exp(A‖ω‖² + B·ωᵀx̂ − ‖x̂‖²/2)·(1 − 4A)^(d/4): B, then A and (d/4)·log(1 − 4A), both in powers of two.
    /// </summary>
    /// <param name="lambda">λ, the ‖q̂ + k̂‖² at which the variance is least; at least 0, where the features are the plain positive ones.</param>
    /// <param name="headDim">d.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or not finite.</exception>
    /// <remarks>Source: Likhosherstov et al., "Chefs' Random Tables", arXiv:2205.15317, theorem 3.2.</remarks>
    public static float[] Oprf(double lambda, int headDim)
    {
        if (!(lambda >= 0 && lambda <= double.MaxValue))
        {
            throw new ArgumentOutOfRangeException(
                nameof(lambda), lambda, FormattableString.Invariant($"λ is {lambda}, but must be finite and at least 0."));
        }

        double a = OprfA(lambda, headDim);
        return [(float)Math.Sqrt(1 - 4 * a), (float)(a * Math.Log2(Math.E)), (float)(headDim / 4.0 * Math.Log2(1 - 4 * a))];
    }

    /// <summary>Hyperparameters in a message.</summary>
    internal static string Describe(ReadOnlySpan<float> hyperparameters) =>
        string.Join(", ", hyperparameters.ToArray().Select(x => x.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>A = (1 − 1/ρ)/8, at most 0.</summary>
    internal static double OprfA(double lambda, int headDim) => (1 - 1 / OprfRho(lambda, headDim)) / 8;

    /// <summary>ρ = (√((2λ + d)² + 8dλ) − 2λ − d)/(4λ), and 1 at λ = 0.</summary>
    internal static double OprfRho(double lambda, int headDim)
    {
        // Written without the difference of two nearly equal numbers.
        double sum = 2 * lambda + headDim;
        return 2.0 * headDim / (Math.Sqrt(sum * sum + 8.0 * headDim * lambda) + sum);
    }
}
