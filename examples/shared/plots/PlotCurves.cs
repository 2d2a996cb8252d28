namespace KernelGen.Examples;

/// <summary>Curves, their bands and their legend, drawn in pixels.</summary>
internal static class PlotCurves
{
    /// <summary>The height of a line of the legend.</summary>
    public const int LegendLine = 22;

    /// <summary>Draws one curve.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="series">Its colour and style.</param>
    /// <param name="points">Its points in pixels.</param>
    /// <param name="marks">Whether each point is marked: measured points are, the thousand steps of a training run are not.</param>
    public static void Draw(SvgPage page, PlotSeries series, (double X, double Y)[] points, bool marks)
    {
        var path = string.Join('L', points.Select(point => SvgPage.Text($"{point.X:F1} {point.Y:F1}")));
        var dashes = series.Style switch
        {
            LineStyle.Dashed => " stroke-dasharray=\"7 4\"",
            LineStyle.Dotted => " stroke-dasharray=\"2 4\"",
            _ => "",
        };
        page.Line($"  <g stroke=\"{SvgPage.Escape(series.Colour)}\" stroke-width=\"2\">");
        page.Line($"    <path d=\"M{path}\" fill=\"none\"{dashes}/>");
        foreach (var (x, y) in marks ? points : [])
        {
            var fill = series.Style == LineStyle.Full ? series.Colour : "white";
            page.Line($"    <circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.5\" fill=\"{SvgPage.Escape(fill)}\"/>");
        }

        page.Line($"  </g>");
    }

    /// <summary>Draws the band around a curve; <paramref name="x"/> and <paramref name="y"/> turn numbers into pixels.</summary>
    public static void DrawBand(SvgPage page, PlotSeries series, Func<double, double> x, Func<double, double> y)
    {
        IEnumerable<string> Edge(int sign) =>
            series.Points.Zip(series.Spread, (point, spread) => SvgPage.Text($"{x(point.X):F1} {y(point.Y + sign * spread):F1}"));
        var outline = string.Join('L', Edge(1).Concat(Edge(-1).Reverse()));
        page.Line($"  <path d=\"M{outline}Z\" fill=\"{SvgPage.Escape(series.Colour)}\" fill-opacity=\"0.14\"/>");
    }

    /// <summary>
    /// Lists the curves below each other from (<see cref="SvgPage.Left"/>, <paramref name="top"/>) on, in columns: above the curves, in no
    /// curve's way.
    /// </summary>
    /// <param name="page">Where to.</param>
    /// <param name="series">The curves.</param>
    /// <param name="top">The middle of the first line, in pixels.</param>
    /// <param name="rows">Lines of a column.</param>
    /// <param name="column">The width of a column.</param>
    /// <param name="marks">Whether the curves have marks.</param>
    public static void DrawLegend(SvgPage page, IReadOnlyList<PlotSeries> series, int top, int rows, int column, bool marks)
    {
        for (var i = 0; i < series.Count; i++)
        {
            double x = SvgPage.Left + i / rows * column;
            double y = top + i % rows * LegendLine;
            Draw(page, series[i], [(x + 4, y), (x + 40, y)], marks);
            page.Line($"  <text x=\"{x + 52:F0}\" y=\"{y + 4.5:F1}\">{SvgPage.Escape(series[i].Name)}</text>");
        }
    }
}
