using System.Globalization;
using System.Security;
using System.Text;

namespace KernelGen.Examples;

/// <summary>
/// Writes curves as SVG. The y axis is logarithmic and so, unless it is asked to be linear, is the x axis: there x is a line of slope 1 and
/// x² one of slope 2. The background is white in any viewer, and the text is text, so that a plot in version control can be compared.
/// </summary>
internal sealed class LogPlot(string title, string subtitle, string xTitle, string yTitle)
{
    private const int Left = 84;
    private const int LegendTop = 82;
    private const int LegendLine = 22;

    private readonly List<LogSeries> _series = [];

    /// <summary>Whether x is linear: for small whole numbers.</summary>
    public bool LinearX { get; init; }

    /// <summary>What the y axis says at 10 to the given power.</summary>
    public Func<int, string> DecadeText { get; init; } = decade => Text($"1e{decade}");

    /// <summary>The width of the whole picture.</summary>
    public int Width { get; init; } = 820;

    /// <summary>The height of the whole picture.</summary>
    public int Height { get; init; } = 560;

    /// <summary>The curves that the legend lists below each other before it starts another column.</summary>
    public int LegendRows { get; init; } = 2;

    /// <summary>The width of such a column.</summary>
    public int LegendColumn { get; init; } = 216;

    private int Right => Width - 24;

    private int Bottom => Height - 68;

    private int Top => LegendTop + LegendRows * LegendLine + 2;

    /// <summary>A power of ten of milliseconds, in the unit that suits it.</summary>
    public static string Duration(int decade) => decade switch
    {
        >= 3 => Text($"{Math.Pow(10, decade - 3):N0} s"),
        >= 0 => Text($"{Math.Pow(10, decade):N0} ms"),
        _ => Text($"{Math.Pow(10, decade + 3):0.######} µs"),
    };

    /// <summary>A power of ten as a share of a hundred.</summary>
    public static string Percent(int decade) => Text($"{Math.Pow(10, decade + 2):#,0.######} %");

    /// <summary>Adds a curve; one without points is left out.</summary>
    public void Add(LogSeries series)
    {
        if (series.Points.Count > 0)
        {
            _series.Add(series);
        }
    }

    /// <summary>The whole file.</summary>
    public string ToSvg()
    {
        double[] places = [.. _series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        double[] heights = [.. _series.SelectMany(series => series.Points).Select(point => point.Y)];
        if (places.Length == 0)
        {
            throw new InvalidOperationException("A plot needs a point.");
        }

        // Half a step of room beside the first and the last place; whole decades of y.
        double Scale(double x) => LinearX ? x : Math.Log2(x);
        double x0 = Scale(places[0]) - 0.35;
        double x1 = Scale(places[^1]) + 0.35;
        int y0 = (int)Math.Floor(Math.Log10(heights.Min()));
        int y1 = Math.Max(y0 + 1, (int)Math.Ceiling(Math.Log10(heights.Max())));
        double X(double x) => Left + (Scale(x) - x0) / (x1 - x0) * (Right - Left);
        double Y(double y) => Bottom - (Math.Log10(y) - y0) / (y1 - y0) * (Bottom - Top);

        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\"");
        Line(svg, $"     role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">");
        Line(svg, $"  <title>{Escape(title)}</title>");
        Line(svg, $"  <rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Line(svg, $"  <text x=\"{Left}\" y=\"32\" font-size=\"18\" font-weight=\"bold\">{Escape(title)}</text>");
        Line(svg, $"  <text x=\"{Left}\" y=\"54\" fill=\"#555\">{Escape(subtitle)}</text>");

        Line(svg, $"  <g stroke=\"#eeeeee\">");
        for (int decade = y0; decade < y1; decade++)
        {
            for (int digit = 2; digit <= 9; digit++)
            {
                double y = Y(digit * Math.Pow(10, decade));
                Line(svg, $"    <path d=\"M{Left} {y:F1}H{Right}\"/>");
            }
        }

        Line(svg, $"  </g>");
        Line(svg, $"  <g stroke=\"#cccccc\">");
        for (int decade = y0; decade <= y1; decade++)
        {
            Line(svg, $"    <path d=\"M{Left} {Y(Math.Pow(10, decade)):F1}H{Right}\"/>");
        }

        foreach (double place in places)
        {
            Line(svg, $"    <path d=\"M{X(place):F1} {Top}V{Bottom}\"/>");
        }

        Line(svg, $"  </g>");
        Line(svg, $"  <path d=\"M{Left} {Top}V{Bottom}H{Right}\" fill=\"none\" stroke=\"#222\"/>");
        for (int decade = y0; decade <= y1; decade++)
        {
            double y = Y(Math.Pow(10, decade)) + 4;
            Line(svg, $"  <text x=\"{Left - 8}\" y=\"{y:F1}\" text-anchor=\"end\">{Escape(DecadeText(decade))}</text>");
        }

        foreach (double place in WithRoom(places, X))
        {
            Line(svg, $"  <text x=\"{X(place):F1}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{place:N0}</text>");
        }

        Line(svg, $"  <text x=\"{(Left + Right) / 2}\" y=\"{Height - 20}\" text-anchor=\"middle\">{Escape(xTitle)}</text>");
        Line(svg, $"  <text transform=\"translate(20 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(yTitle)}</text>");

        // Bands first, so that no curve lies under one.
        foreach (LogSeries series in _series.Where(series => series.Spread.Count > 0))
        {
            Band(svg, series, X, y => Y(Math.Clamp(y, Math.Pow(10, y0), Math.Pow(10, y1))));
        }

        foreach (LogSeries series in _series)
        {
            Curve(svg, series, [.. series.Points.Select(point => (X(point.X), Y(point.Y)))]);
        }

        Legend(svg);
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    // Above the curves, so that it is in no curve's way.
    private void Legend(StringBuilder svg)
    {
        for (int i = 0; i < _series.Count; i++)
        {
            double x = Left + i / LegendRows * LegendColumn;
            double y = LegendTop + i % LegendRows * LegendLine;
            Curve(svg, _series[i], [(x + 4, y), (x + 40, y)]);
            Line(svg, $"  <text x=\"{x + 52:F0}\" y=\"{y + 4.5:F1}\">{Escape(_series[i].Name)}</text>");
        }
    }

    private static void Band(StringBuilder svg, LogSeries series, Func<double, double> x, Func<double, double> y)
    {
        IEnumerable<string> Edge(int sign) =>
            series.Points.Zip(series.Spread, (point, spread) => Text($"{x(point.X):F1} {y(point.Y + sign * spread):F1}"));
        string outline = string.Join('L', Edge(1).Concat(Edge(-1).Reverse()));
        Line(svg, $"  <path d=\"M{outline}Z\" fill=\"{Escape(series.Colour)}\" fill-opacity=\"0.14\"/>");
    }

    private static void Curve(StringBuilder svg, LogSeries series, (double X, double Y)[] points)
    {
        string path = string.Join('L', points.Select(point => Text($"{point.X:F1} {point.Y:F1}")));
        string dashes = series.Style switch
        {
            LineStyle.Dashed => " stroke-dasharray=\"7 4\"",
            LineStyle.Dotted => " stroke-dasharray=\"2 4\"",
            _ => "",
        };
        Line(svg, $"  <g stroke=\"{Escape(series.Colour)}\" stroke-width=\"2\">");
        Line(svg, $"    <path d=\"M{path}\" fill=\"none\"{dashes}/>");
        foreach ((double x, double y) in points)
        {
            string fill = series.Style == LineStyle.Full ? series.Colour : "white";
            Line(svg, $"    <circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.5\" fill=\"{Escape(fill)}\"/>");
        }

        Line(svg, $"  </g>");
    }

    /// <summary>Those of the places whose labels have room, from the last down.</summary>
    private static IEnumerable<double> WithRoom(double[] places, Func<double, double> x)
    {
        double last = double.PositiveInfinity;
        foreach (double place in places.Reverse())
        {
            if (last - x(place) >= 56)
            {
                last = x(place);
                yield return place;
            }
        }
    }

    private static string Escape(string text) => SecurityElement.Escape(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Line ends do not depend on the machine.
    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(Text(text)).Append('\n');
}
