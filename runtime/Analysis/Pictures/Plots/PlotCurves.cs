namespace KernelGen;

/// <summary>Curves, their bands and their error bars, drawn in pixels.</summary>
internal static class PlotCurves
{
    // Half the width of the line that ends an error bar.
    private const int Cap = 3;

    /// <summary>Draws one curve.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="series">Its colour and style.</param>
    /// <param name="points">Its points in pixels.</param>
    /// <param name="marks">Whether each point is marked: measured points are, the thousand steps of a training run are not.</param>
    public static void Draw(SvgPage page, PlotSeries series, (double X, double Y)[] points, bool marks)
    {
        var dashes = series.Style switch
        {
            LineStyle.Full or LineStyle.None => "",
            LineStyle.Dashed => " stroke-dasharray=\"7 4\"",
            LineStyle.Dotted => " stroke-dasharray=\"2 4\"",
            _ => throw new ArgumentOutOfRangeException(nameof(series), series.Style, null),
        };
        page.Line($"  <g stroke=\"{SvgPage.Escape(series.Colour)}\" stroke-width=\"2\">");
        if (series.Style != LineStyle.None)
        {
            page.Line($"    <path d=\"M{Joined(points)}\" fill=\"none\"{dashes}/>");
        }

        foreach (var (x, y) in marks ? points : [])
        {
            var fill = series.Style is LineStyle.Full or LineStyle.None ? series.Colour : "white";
            page.Line($"    <circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.5\" fill=\"{SvgPage.Escape(fill)}\"/>");
        }

        page.Line($"  </g>");
    }

    /// <summary>Draws a curve that another one is compared with: grey and thin.</summary>
    public static void DrawBehind(SvgPage page, PlotSeries series, PlotFrame frame)
    {
        var path = Joined(series.Points.Select(point => (frame.X(point.X), frame.Y(point.Y))));
        page.Line($"  <path d=\"M{path}\" fill=\"none\" stroke=\"#c4c4c4\" stroke-width=\"1.2\"/>");
    }

    /// <summary>Draws the band around a curve.</summary>
    public static void DrawBand(SvgPage page, PlotSeries series, PlotFrame frame)
    {
        IEnumerable<(double, double)> Edge(int sign) =>
            series.Points.Zip(series.Spread, (point, spread) => (frame.X(point.X), frame.Y(point.Y + sign * spread)));
        var outline = Joined(Edge(1).Concat(Edge(-1).Reverse()));
        page.Line($"  <path d=\"M{outline}Z\" fill=\"{SvgPage.Escape(series.Colour)}\" fill-opacity=\"0.14\"/>");
    }

    /// <summary>Draws the error bars of a curve, where it has some.</summary>
    public static void DrawBars(SvgPage page, PlotSeries series, PlotFrame frame)
    {
        if (series.Bars.Count == 0)
        {
            return;
        }

        var path = string.Concat(series.Points.Zip(series.Bars, (point, bar) =>
        {
            var (x, top, bottom) = (frame.X(point.X), frame.Y(point.Y + bar), frame.Y(point.Y - bar));
            return SvgPage.Text($"M{x - Cap:F1} {top:F1}h{2 * Cap}M{x:F1} {top:F1}V{bottom:F1}M{x - Cap:F1} {bottom:F1}h{2 * Cap}");
        }));
        page.Line($"  <path d=\"{path}\" fill=\"none\" stroke=\"{SvgPage.Escape(series.Colour)}\" stroke-width=\"1.4\"/>");
    }

    private static string Joined(IEnumerable<(double X, double Y)> points) =>
        string.Join('L', points.Select(point => SvgPage.Text($"{point.X:F1} {point.Y:F1}")));
}
