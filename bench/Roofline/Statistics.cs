namespace KernelGen.Bench.Roofline;

internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The value that a share of the others is below, between two of them on the line that joins both.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="share">From 0, the least value, to 1, the largest.</param>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
