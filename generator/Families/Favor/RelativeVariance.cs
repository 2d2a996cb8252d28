namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// The variance of an attention weight as the softmax maps estimate it, relative to its square, for queries and keys whose entries have a
/// given standard deviation. Independent projections are assumed; orthogonal ones do a little better.
/// </summary>
/// <remarks>
/// Sources: Choromanski et al., arXiv:2009.14794, lemma 2 and theorem 1; Likhosherstov et al., arXiv:2205.15317, theorem 3.2.
/// </remarks>
internal static class RelativeVariance
{
    /// <summary>The expectation of ‖q̂ + k̂‖², which is also that of ‖q̂ − k̂‖²: entries of x̂ = x·d^(-1/4) have variance s²/√d.</summary>
    public static double SquaredNorm(FavorSpec spec, double scale) => 2 * scale * scale * Math.Sqrt(spec.HeadDim);

    /// <summary>The relative variance of a weight at the mean squared norm; null for kernels that estimate no softmax.</summary>
    public static double? OfWeights(FavorSpec spec, double scale)
    {
        if (spec.Function is not null)
        {
            return null;
        }

        var z = SquaredNorm(spec, scale);
        return spec.Kernel switch
        {
            KernelFunction.Softmax => (Math.Exp(z) - 1) / spec.Features,
            KernelFunction.SoftmaxHyperbolic => (1 - Math.Exp(-z)) * (Math.Exp(z) - 1) / spec.Features,
            KernelFunction.SoftmaxTrigonometric => Math.Exp(z) * Math.Pow(1 - Math.Exp(-z), 2) / spec.Features,
            KernelFunction.SoftmaxOprf => Oprf(z, spec.HeadDim) / spec.Features,
            _ => null,
        };
    }

    /// <summary>The input scale at which the relative variance is 1, by bisection.</summary>
    public static double LargestScale(FavorSpec spec)
    {
        var (low, high) = (0.0, 1e3);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = OfWeights(spec, middle) <= 1 ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static double Oprf(double z, int d)
    {
        if (z == 0)
        {
            return 0;
        }

        var rho = (Math.Sqrt(Math.Pow((2 * z) + d, 2) + (8 * d * z)) - (2 * z) - d) / (4 * z);
        return (Math.Pow((1 + rho) / (2 * Math.Sqrt(rho)), d) * Math.Exp(rho * z)) - 1;
    }
}
