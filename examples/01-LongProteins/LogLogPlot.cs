using System.Globalization;
using System.Security;
using System.Text;

namespace KernelGen.Examples.LongProteins;

/// <summary>
/// Writes curves of time against length as SVG, both axes logarithmic: there L is a line of slope 1 and L² one of slope 2. The background
/// is white in any viewer, and the text is text, so that a plot in version control can be compared.
/// </summary>
internal sealed class LogLogPlot(string title, string subtitle, string xTitle, string yTitle)
{
    private const int Width = 820;
    private const int Height = 560;
    private const int Left = 84;
    private const int Right = Width - 24;
    private const int Top = 128;
    private const int Bottom = Height - 68;

    private readonly List<LogLogSeries> _series = [];

    /// <summary>Adds a curve; one without points is left out.</summary>
    public void Add(LogLogSeries series)
    {
        if (series.Points.Count > 0)
        {
            _series.Add(series);
        }
    }

    /// <summary>The whole file.</summary>
    public string ToSvg()
    {
        double[] lengths = [.. _series.SelectMany(series => series.Points).Select(point => point.Tokens).Distinct().Order()];
        double[] times = [.. _series.SelectMany(series => series.Points).Select(point => point.Milliseconds)];
        if (lengths.Length == 0)
        {
            throw new InvalidOperationException("A plot needs a point.");
        }

        // Half a step of room beside the first and the last length; whole decades of time.
        double x0 = Math.Log2(lengths[0]) - 0.35;
        double x1 = Math.Log2(lengths[^1]) + 0.35;
        int y0 = (int)Math.Floor(Math.Log10(times.Min()));
        int y1 = Math.Max(y0 + 1, (int)Math.Ceiling(Math.Log10(times.Max())));
        double X(double tokens) => Left + (Math.Log2(tokens) - x0) / (x1 - x0) * (Right - Left);
        double Y(double milliseconds) => Bottom - (Math.Log10(milliseconds) - y0) / (y1 - y0) * (Bottom - Top);

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

        foreach (double length in lengths)
        {
            Line(svg, $"    <path d=\"M{X(length):F1} {Top}V{Bottom}\"/>");
        }

        Line(svg, $"  </g>");
        Line(svg, $"  <path d=\"M{Left} {Top}V{Bottom}H{Right}\" fill=\"none\" stroke=\"#222\"/>");
        for (int decade = y0; decade <= y1; decade++)
        {
            Line(svg, $"  <text x=\"{Left - 8}\" y=\"{Y(Math.Pow(10, decade)) + 4:F1}\" text-anchor=\"end\">{Duration(decade)}</text>");
        }

        foreach (double length in Spread(lengths, X))
        {
            Line(svg, $"  <text x=\"{X(length):F1}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{length:N0}</text>");
        }

        Line(svg, $"  <text x=\"{(Left + Right) / 2}\" y=\"{Height - 20}\" text-anchor=\"middle\">{Escape(xTitle)}</text>");
        Line(svg, $"  <text transform=\"translate(20 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(yTitle)}</text>");

        foreach (LogLogSeries series in _series)
        {
            Curve(svg, series, [.. series.Points.Select(point => (X(point.Tokens), Y(point.Milliseconds)))]);
        }

        Legend(svg);
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    // Above the curves, so that it is in no curve's way: columns of two.
    private void Legend(StringBuilder svg)
    {
        const int column = 216;
        for (int i = 0; i < _series.Count; i++)
        {
            double x = Left + i / 2 * column;
            double y = 82 + i % 2 * 22;
            Curve(svg, _series[i], [(x + 4, y), (x + 40, y)]);
            Line(svg, $"  <text x=\"{x + 52:F0}\" y=\"{y + 4.5:F1}\">{Escape(_series[i].Name)}</text>");
        }
    }

    private static void Curve(StringBuilder svg, LogLogSeries series, (double X, double Y)[] points)
    {
        string path = string.Join('L', points.Select(point => Text($"{point.X:F1} {point.Y:F1}")));
        string dashes = series.Dashed ? " stroke-dasharray=\"7 4\"" : "";
        Line(svg, $"  <g stroke=\"{Escape(series.Colour)}\" stroke-width=\"2\">");
        Line(svg, $"    <path d=\"M{path}\" fill=\"none\"{dashes}/>");
        foreach ((double x, double y) in points)
        {
            string fill = series.Dashed ? "white" : series.Colour;
            Line(svg, $"    <circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.5\" fill=\"{Escape(fill)}\"/>");
        }

        Line(svg, $"  </g>");
    }

    /// <summary>Those of the lengths whose labels have room, from the longest down.</summary>
    private static IEnumerable<double> Spread(double[] lengths, Func<double, double> x)
    {
        double last = double.PositiveInfinity;
        foreach (double length in lengths.Reverse())
        {
            if (last - x(length) >= 56)
            {
                last = x(length);
                yield return length;
            }
        }
    }

    private static string Duration(int decade) => decade switch
    {
        >= 3 => Text($"{Math.Pow(10, decade - 3):N0} s"),
        >= 0 => Text($"{Math.Pow(10, decade):N0} ms"),
        _ => Text($"{Math.Pow(10, decade + 3):0.######} µs"),
    };

    private static string Escape(string text) => SecurityElement.Escape(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Line ends do not depend on the machine.
    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(Text(text)).Append('\n');
}
