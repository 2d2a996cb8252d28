namespace KernelGen.Examples;

/// <summary>
/// Writes curves as SVG. The y axis is logarithmic and so, unless it is asked to be linear, is the x axis: there x is a line of slope 1 and
/// x² one of slope 2.
/// </summary>
internal sealed class LogPlot(string title, string subtitle, string xTitle, string yTitle)
{
    private const int Left = SvgPage.Left;

    private readonly List<PlotSeries> _series = [];

    /// <summary>Whether x is linear: for small whole numbers.</summary>
    public bool LinearX { get; init; }

    /// <summary>What the y axis says at 10 to the given power.</summary>
    public Func<int, string> DecadeText { get; init; } = decade => Text($"1e{decade}");

    /// <summary>The width of the whole picture.</summary>
    public int Width { get; init; } = 820;

    /// <summary>The height of the whole picture.</summary>
    public int Height { get; init; } = 560;

    /// <summary>The curves that stand below each other in the legend, as they belong together.</summary>
    public int LegendRows { get; init; } = 2;

    private int Right => Width - 24;

    private int Bottom => Height - 68;

    private Legend Legend => new(_series, Right - Left, LegendRows);

    private int Top => Legend.Bottom;

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
    public void Add(PlotSeries series)
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
        var x0 = Scale(places[0]) - 0.35;
        var x1 = Scale(places[^1]) + 0.35;
        var y0 = (int)Math.Floor(Math.Log10(heights.Min()));
        var y1 = Math.Max(y0 + 1, (int)Math.Ceiling(Math.Log10(heights.Max())));
        double X(double x) => Left + (Scale(x) - x0) / (x1 - x0) * (Right - Left);
        double Y(double y) => Bottom - (Math.Log10(y) - y0) / (y1 - y0) * (Bottom - Top);

        var page = new SvgPage(Width, Height, title, subtitle);
        page.Line($"  <g stroke=\"#eeeeee\">");
        for (var decade = y0; decade < y1; decade++)
        {
            for (var digit = 2; digit <= 9; digit++)
            {
                var y = Y(digit * Math.Pow(10, decade));
                page.Line($"    <path d=\"M{Left} {y:F1}H{Right}\"/>");
            }
        }

        page.Line($"  </g>");
        page.Line($"  <g stroke=\"#cccccc\">");
        for (var decade = y0; decade <= y1; decade++)
        {
            page.Line($"    <path d=\"M{Left} {Y(Math.Pow(10, decade)):F1}H{Right}\"/>");
        }

        foreach (var place in places)
        {
            page.Line($"    <path d=\"M{X(place):F1} {Top}V{Bottom}\"/>");
        }

        page.Line($"  </g>");
        page.Line($"  <path d=\"M{Left} {Top}V{Bottom}H{Right}\" fill=\"none\" stroke=\"#222\"/>");
        for (var decade = y0; decade <= y1; decade++)
        {
            var y = Y(Math.Pow(10, decade)) + 4;
            page.Line($"  <text x=\"{Left - 8}\" y=\"{y:F1}\" text-anchor=\"end\">{SvgPage.Escape(DecadeText(decade))}</text>");
        }

        foreach (var place in WithRoom(places, X))
        {
            page.Line($"  <text x=\"{X(place):F1}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{place:N0}</text>");
        }

        page.Line($"  <text x=\"{(Left + Right) / 2}\" y=\"{Height - 20}\" text-anchor=\"middle\">{SvgPage.Escape(xTitle)}</text>");
        page.Line(
            $"  <text transform=\"translate(20 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{SvgPage.Escape(yTitle)}</text>");

        // Bands first, so that no curve lies under one.
        foreach (var series in _series.Where(series => series.Spread.Count > 0))
        {
            PlotCurves.DrawBand(page, series, X, y => Y(Math.Clamp(y, Math.Pow(10, y0), Math.Pow(10, y1))));
        }

        foreach (var series in _series)
        {
            PlotCurves.Draw(page, series, [.. series.Points.Select(point => (X(point.X), Y(point.Y)))], marks: true);
        }

        Legend.Draw(page, marks: true);
        return page.Close();
    }

    /// <summary>Those of the places whose labels have room, from the last down.</summary>
    private static IEnumerable<double> WithRoom(double[] places, Func<double, double> x)
    {
        var last = double.PositiveInfinity;
        foreach (var place in places.Reverse())
        {
            if (last - x(place) >= 56)
            {
                last = x(place);
                yield return place;
            }
        }
    }

    private static string Text(FormattableString text) => SvgPage.Text(text);
}
