namespace KernelGen;

/// <summary>Writes curves over two axes as SVG: what <see cref="LinePlot"/> and <see cref="LogPlot"/> have in common.</summary>
internal abstract class CurvePlot(string title, string subtitle)
{
    private const int Left = SvgPage.Left;
    private const int LabelHeight = 15;

    private readonly List<PlotSeries> _series = [];
    private readonly List<ReferenceLine> _references = [];

    /// <summary>The width of the whole picture.</summary>
    public int Width { get; init; } = 820;

    /// <summary>The height of the whole picture.</summary>
    public int Height { get; init; } = 560;

    /// <summary>The curves that stand below each other in the legend, as they belong together.</summary>
    public int LegendRows { get; init; } = 2;

    /// <summary>Whether each point has a mark: for few of them.</summary>
    protected abstract bool HasMarks { get; }

    /// <summary>The curves.</summary>
    protected IReadOnlyList<PlotSeries> Series => _series;

    /// <summary>The levels that they are compared with.</summary>
    protected IReadOnlyList<ReferenceLine> References => _references;

    /// <summary>Adds a curve; one without points is left out.</summary>
    /// <exception cref="ArgumentException">A number has no place on the axes.</exception>
    public void Add(PlotSeries series)
    {
        foreach (var (x, y) in series.Points)
        {
            if (!HasPlace(x, y))
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

    /// <summary>Whether there is no point yet.</summary>
    public bool IsEmpty => _series.Count == 0;

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidOperationException">There is no point.</exception>
    public string ToSvg()
    {
        if (IsEmpty)
        {
            throw new InvalidOperationException("A plot needs a point.");
        }

        var page = new SvgPage(Width, Height, title, subtitle);
        var right = Width - 24;
        var legend = new Legend(_series, right - Left, LegendRows);
        var y = YAxis();
        PlotFrame frame = new(PlotFrame.LeftOf(y), legend.Bottom, right, Height - 68, XAxis(), y);
        DrawPanel(page, frame, "plot");
        frame.DrawYLabels(page);
        frame.DrawXLabels(page);
        frame.DrawTitles(page);
        legend.Draw(page, HasMarks);
        return page.Close();
    }

    /// <summary>Whether a point can be drawn.</summary>
    protected abstract bool HasPlace(double x, double y);

    /// <summary>The x axis of all curves.</summary>
    protected abstract Axis XAxis();

    /// <summary>The y axis of all curves.</summary>
    protected abstract Axis YAxis();

    private void DrawPanel(SvgPage page, PlotFrame frame, string clip)
    {
        page.Line($"  <clipPath id=\"{clip}\"><rect x=\"{frame.Left:F1}\" y=\"{frame.Top:F1}\" width=\"{frame.Right - frame.Left:F1}\" height=\"{frame.Bottom - frame.Top:F1}\"/></clipPath>");
        frame.DrawGrid(page);
        page.Line($"  <g clip-path=\"url(#{clip})\">");

        // Bands first, so that no curve lies under one.
        foreach (var series in _series.Where(series => series.Spread.Count > 0))
        {
            PlotCurves.DrawBand(page, series, frame);
        }

        foreach (var reference in _references)
        {
            page.Line($"    <path d=\"M{frame.Left:F1} {frame.Y(reference.Value):F1}H{frame.Right:F1}\" stroke=\"#555\" stroke-width=\"1.2\" stroke-dasharray=\"10 3 2 3\"/>");
        }

        foreach (var series in _series)
        {
            PlotCurves.DrawBars(page, series, frame);
            PlotCurves.Draw(page, series, [.. series.Points.Select(point => (frame.X(point.X), frame.Y(point.Y)))], HasMarks);
        }

        page.Line($"  </g>");
        NameReferences(page, frame);
        frame.DrawAxes(page);
    }

    /// <summary>The names of levels, above their right ends, or below them where the name of a higher level is in the way.</summary>
    private void NameReferences(SvgPage page, PlotFrame frame)
    {
        var free = frame.Top;
        foreach (var reference in _references.OrderBy(reference => frame.Y(reference.Value)))
        {
            var y = frame.Y(reference.Value);
            if (y < frame.Top || y > frame.Bottom)
            {
                continue;
            }

            var baseline = y - 5 >= free + LabelHeight - 3 ? y - 5 : Math.Max(y + LabelHeight - 2, free + LabelHeight - 3);
            free = baseline + 3;

            // A white edge, so that it can be read over a curve.
            page.Line($"  <text x=\"{frame.Right - 6:F1}\" y=\"{baseline:F1}\" text-anchor=\"end\" fill=\"#444\" font-size=\"12\"");
            page.Line($"        stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">{SvgPage.Escape(reference.Name)}</text>");
        }
    }
}
