namespace KernelGen;

/// <summary>One curve of a <see cref="LogPlot"/> or a <see cref="LinePlot"/>.</summary>
/// <param name="Name">What the legend says; empty: nothing, for a curve that is alone.</param>
/// <param name="Colour">An SVG colour.</param>
/// <param name="Style">How its line looks, and its marks where it has some.</param>
/// <param name="Points">In the order of the curve; positive on a logarithmic axis.</param>
internal sealed record PlotSeries(string Name, string Colour, LineStyle Style, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>The half width of the band around each point, in the unit of Y; empty: no band.</summary>
    public IReadOnlyList<double> Spread { get; init; } = [];

    /// <summary>The half length of the error bar of each point, in the unit of Y; empty: no bars.</summary>
    public IReadOnlyList<double> Bars { get; init; } = [];
}
