using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>The ratios of one row, each of two slices one after the other: present speed / other speed.</summary>
/// <param name="Median">That of all pairs of all processes.</param>
/// <param name="LowerQuartile">A quarter of all pairs is below.</param>
/// <param name="UpperQuartile">A quarter is above.</param>
/// <param name="LowestProcess">The lowest median of one pair of processes.</param>
/// <param name="HighestProcess">The highest.</param>
/// <param name="Pairs">All pairs.</param>
internal sealed record RatioSummary(
    double Median, double LowerQuartile, double UpperQuartile, double LowestProcess, double HighestProcess, int Pairs)
{
    /// <summary>What no kernel may lose, and what noise alone may show.</summary>
    public const double Tolerance = 0.02;

    /// <summary>
    /// A ratio counts only where most pairs are on its side of 1 and every pair of processes agrees: memory and code lie elsewhere in each.
    /// </summary>
    public Verdict Verdict =>
        Median < 1 - Tolerance && UpperQuartile < 1 && HighestProcess < 1 ? Verdict.Slower
        : Median > 1 + Tolerance && LowerQuartile > 1 && LowestProcess > 1 ? Verdict.Faster
        : Verdict.Same;

    /// <param name="processes">The ratios of each pair of processes, at least one of each.</param>
    public static RatioSummary Of(IReadOnlyList<IReadOnlyList<double>> processes)
    {
        var all = processes.SelectMany(ratios => ratios).ToList();
        var medians = processes.Select(ratios => Statistics.Median(ratios)).ToList();
        return new RatioSummary(
            Statistics.Median(all), Statistics.Quantile(all, 0.25), Statistics.Quantile(all, 0.75), medians.Min(),
            medians.Max(), all.Count);
    }
}
