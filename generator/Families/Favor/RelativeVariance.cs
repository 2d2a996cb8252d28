using KernelGen.Formulas;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// The variance of an attention weight as the softmax maps estimate it, relative to its square, for queries and keys whose entries have a
/// given standard deviation. Independent projections are assumed; orthogonal ones do a little better.
/// </summary>
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
            KernelFunction.Softmax => FeatureCovariance.OfPositive(z) / spec.ProjectionRows,
            KernelFunction.SoftmaxHyperbolic or KernelFunction.SoftmaxTrigonometric => FeatureCovariance.OfPairs(z) / spec.ProjectionRows,
            KernelFunction.SoftmaxOprf =>
                FeatureCovariance.OfOptimal(z, z, z, FeatureCovariance.Rho(z, spec.HeadDim), spec.HeadDim) / spec.ProjectionRows,
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
}
