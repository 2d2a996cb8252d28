namespace KernelGen;

/// <summary>An axis of a plot.</summary>
/// <param name="Title">What its numbers are.</param>
/// <param name="Share">Where a number lies, from 0 at the beginning of the axis to 1 at its end.</param>
/// <param name="Ticks">
/// The numbers that have a line across the plot, in the order in which they lie along the axis, with what stands beside them.
/// </param>
internal sealed record Axis(string Title, Func<double, double> Share, IReadOnlyList<(double Value, string Label)> Ticks)
{
    /// <summary>Numbers that have a fainter line.</summary>
    public IReadOnlyList<double> FineLines { get; init; } = [];

    /// <summary>
    /// A logarithmic axis over whole decades, which has no place for numbers that are not positive: they lie at its beginning.
    /// </summary>
    /// <param name="title">What its numbers are.</param>
    /// <param name="least">The least positive number.</param>
    /// <param name="most">The largest.</param>
    /// <param name="text">What it says at 10 to a power.</param>
    public static Axis OfDecades(string title, double least, double most, Func<int, string> text)
    {
        var first = (int)Math.Floor(Math.Log10(least));
        var last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(most)));
        int[] decades = [.. Enumerable.Range(first, last - first + 1)];
        return new Axis(
            title, y => y > 0 ? Math.Clamp((Math.Log10(y) - first) / (last - first), 0, 1) : 0,
            [.. decades.Select(decade => (Math.Pow(10, decade), text(decade)))])
        {
            FineLines = [.. decades.SkipLast(1).SelectMany(decade => Enumerable.Range(2, 8).Select(digit => digit * Math.Pow(10, decade)))],
        };
    }
}
