namespace KernelGen.Examples;

/// <summary>Curves and their bands, drawn in pixels.</summary>
internal static class PlotCurves
{
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
}
