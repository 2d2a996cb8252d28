namespace KernelGen.Examples;

/// <summary>One curve of a <see cref="LogPlot"/>.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Colour">An SVG colour.</param>
/// <param name="Style">How lines and marks look.</param>
/// <param name="Points">In the order of the curve; Y is positive, and X too unless its axis is linear.</param>
internal sealed record LogSeries(string Name, string Colour, LineStyle Style, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>The half width of the band around each point, in the unit of Y; empty: no band.</summary>
    public IReadOnlyList<double> Spread { get; init; } = [];
}
