namespace KernelGen.Examples;

/// <summary>Writes curves over linear axes as SVG, with levels to compare them with: losses and accuracies against steps or time.</summary>
internal sealed class LinePlot(string title, string subtitle, string xTitle, string yTitle)
{
    private const int Left = SvgPage.Left;
    private const int LabelHeight = 15;

    private readonly List<PlotSeries> _series = [];
    private readonly List<ReferenceLine> _references = [];

    /// <summary>What the y axis says at a number.</summary>
    public Func<double, string> YText { get; init; } = y => SvgPage.Text($"{y:0.######}");

    /// <summary>The least y that is shown even if no curve goes so low; NaN: as the curves are.</summary>
    public double LeastY { get; init; } = double.NaN;

    /// <summary>The largest y that is shown; what lies above is cut off. NaN: as the curves are.</summary>
    public double MostY { get; init; } = double.NaN;

    /// <summary>Whether each point has a mark: for few of them.</summary>
    public bool Marks { get; init; }

    /// <summary>Whether x is a number of things: no label stands between two whole numbers.</summary>
    public bool WholeX { get; init; }

    /// <summary>The width of the whole picture.</summary>
    public int Width { get; init; } = 820;

    /// <summary>The height of the whole picture.</summary>
    public int Height { get; init; } = 560;

    private int Right => Width - 24;

    private int Bottom => Height - 68;

    private Legend Legend => new(_series, Right - Left);

    private int Top => Legend.Bottom;

    /// <summary>A share as a share of a hundred.</summary>
    public static string Percent(double share) => SvgPage.Text($"{100 * share:0.####} %");

    /// <summary>Adds a curve; one without points is left out.</summary>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public void Add(PlotSeries series)
    {
        foreach (var (x, y) in series.Points)
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The curve '{series.Name}' has the point ({x}, {y})."), nameof(series));
            }
        }

        if (series.Points.Count > 0)
        {
            _series.Add(series);
        }
    }

    /// <summary>Adds a level.</summary>
    public void Add(ReferenceLine reference) => _references.Add(reference);

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidOperationException">There is no point.</exception>
    public string ToSvg()
    {
        if (_series.Count == 0)
        {
            throw new InvalidOperationException("A plot needs a point.");
        }

        double[] xs = [.. _series.SelectMany(series => series.Points).Select(point => point.X)];
        double[] ys =
            [.. _series.SelectMany(series => series.Points).Select(point => point.Y), .. _references.Select(reference => reference.Value)];
        var most = double.IsNaN(MostY) ? ys.Max() : MostY;
        var least = Math.Min(most, double.IsNaN(LeastY) ? ys.Min() : Math.Min(LeastY, ys.Min()));
        var xTicks = NiceTicks.Cover(xs.Min(), xs.Max(), about: 8, leastStep: WholeX ? 1 : 0);
        var yTicks = NiceTicks.Cover(least, most, about: 7);

        // x ends with its last point, with room for half a mark beside it, and y with a tick.
        var x0 = xs.Min();
        var x1 = xs.Max() > x0 ? xs.Max() : x0 + 1;
        var room = Marks ? 0.03 * (x1 - x0) : 0;
        (x0, x1) = (x0 - room, x1 + room);
        double X(double x) => Left + (x - x0) / (x1 - x0) * (Right - Left);
        double Y(double y) => Bottom - (y - yTicks[0]) / (yTicks[^1] - yTicks[0]) * (Bottom - Top);

        var page = new SvgPage(Width, Height, title, subtitle);
        page.Line(
            $"  <clipPath id=\"plot\"><rect x=\"{Left}\" y=\"{Top}\" width=\"{Right - Left}\" height=\"{Bottom - Top}\"/></clipPath>");
        double[] shown = [.. xTicks.Where(tick => tick >= x0 && tick <= x1)];
        page.Line($"  <g stroke=\"#dddddd\">");
        foreach (var tick in yTicks)
        {
            page.Line($"    <path d=\"M{Left} {Y(tick):F1}H{Right}\"/>");
        }

        foreach (var tick in shown)
        {
            page.Line($"    <path d=\"M{X(tick):F1} {Top}V{Bottom}\"/>");
        }

        page.Line($"  </g>");
        page.Line($"  <g clip-path=\"url(#plot)\">");
        foreach (var series in _series.Where(series => series.Spread.Count > 0))
        {
            PlotCurves.DrawBand(page, series, X, Y);
        }

        foreach (var reference in _references)
        {
            page.Line($"    <path d=\"M{Left} {Y(reference.Value):F1}H{Right}\" stroke=\"#555\" stroke-width=\"1.2\" stroke-dasharray=\"10 3 2 3\"/>");
        }

        foreach (var series in _series)
        {
            PlotCurves.Draw(page, series, [.. series.Points.Select(point => (X(point.X), Y(point.Y)))], Marks);
        }

        page.Line($"  </g>");
        References(page, Y);
        page.Line($"  <path d=\"M{Left} {Top}V{Bottom}H{Right}\" fill=\"none\" stroke=\"#222\"/>");
        foreach (var tick in yTicks)
        {
            page.Line($"  <text x=\"{Left - 8}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{SvgPage.Escape(YText(tick))}</text>");
        }

        foreach (var tick in shown)
        {
            page.Line($"  <text x=\"{X(tick):F1}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{tick:#,0.######}</text>");
        }

        page.Line($"  <text x=\"{(Left + Right) / 2}\" y=\"{Height - 20}\" text-anchor=\"middle\">{SvgPage.Escape(xTitle)}</text>");
        page.Line(
            $"  <text transform=\"translate(20 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{SvgPage.Escape(yTitle)}</text>");
        Legend.Draw(page, Marks);
        return page.Close();
    }

    /// <summary>The names of levels, above their right ends, or below them where the name of a higher level is in the way.</summary>
    private void References(SvgPage page, Func<double, double> place)
    {
        double free = Top;
        foreach (var reference in _references.OrderBy(reference => place(reference.Value)))
        {
            var y = place(reference.Value);
            if (y < Top || y > Bottom)
            {
                continue;
            }

            var baseline = y - 5 >= free + LabelHeight - 3 ? y - 5 : Math.Max(y + LabelHeight - 2, free + LabelHeight - 3);
            free = baseline + 3;

            // A white edge, so that it can be read over a curve.
            page.Line($"  <text x=\"{Right - 6}\" y=\"{baseline:F1}\" text-anchor=\"end\" fill=\"#444\" font-size=\"12\"");
            page.Line($"        stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">{SvgPage.Escape(reference.Name)}</text>");
        }
    }
}
