using System.ComponentModel;
using System.Globalization;
using KernelGen.Formulas;

namespace KernelGen.CompilerServices;

/// <summary>What kernels compute with beside the projections themselves.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LayerParameters
{
    /// <summary>
    /// Optimal positive features, exp(A‖ω‖² + B·ωᵀx̂ − ‖x̂‖²/2)·(1 − 4A)^(d/4): B, then A and (d/4)·log(1 − 4A), both in powers of two.
    /// </summary>
    /// <param name="lambda">
    /// λ, the ‖q̂ + k̂‖² at which the variance is least; at least 0, where the features are the plain positive ones.
    /// </param>
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

        var a = FeatureCovariance.A(FeatureCovariance.Rho(lambda, headDim));
        return [(float)Math.Sqrt(1 - 4 * a), (float)(a * Math.Log2(Math.E)), (float)(headDim / 4.0 * Math.Log2(1 - 4 * a))];
    }

    /// <summary>Hyperparameters in a message.</summary>
    internal static string Describe(ReadOnlySpan<float> hyperparameters) =>
        string.Join(", ", hyperparameters.ToArray().Select(x => x.ToString("R", CultureInfo.InvariantCulture)));
}
