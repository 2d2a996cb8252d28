namespace KernelGen;

/// <summary>The leave-one-out variance of an estimate from independent blocks.</summary>
/// <remarks>Source: B. Efron and C. Stein, "The Jackknife Estimate of Variance", Annals of Statistics 9 (1981).</remarks>
internal static class LeaveOneOut
{
    /// <summary>(G − 1)/G · Σ_g (θ_g − mean θ)².</summary>
    /// <param name="without">θ_g without block g, in steps of <paramref name="stride"/>.</param>
    /// <param name="stride">Numbers from one θ_g to the next.</param>
    /// <param name="blocks">G.</param>
    public static double Variance(ReadOnlySpan<double> without, int stride, int blocks)
    {
        double mean = 0;
        for (var block = 0; block < blocks; block++)
        {
            mean += without[block * stride] / blocks;
        }

        double squares = 0;
        for (var block = 0; block < blocks; block++)
        {
            var deviation = without[block * stride] - mean;
            squares += deviation * deviation;
        }

        return (blocks - 1.0) / blocks * squares;
    }
}
