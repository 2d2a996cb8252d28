namespace KernelGen;

/// <summary>Writes curves over two axes as SVG: what <see cref="LinePlot"/> and <see cref="LogPlot"/> have in common.</summary>
internal abstract class CurvePlot(string title, string subtitle)
{
    // What stands above, right of and below the axes, in pixels.
    private const int Top = 74, Right = 24, Below = 68;

    private const int LabelHeight = 15;
    private const double LetterWidth = 7.6;

    // The curves have so much of the width at least; names that would take more stand above them.
    private const double LeastShare = 0.55;


    private readonly List<PlotSeries> _series = [];
    private readonly List<ReferenceLine> _references = [];

    /// <summary>The width of the whole picture.</summary>
    public int Width { get; init; } = 820;

    /// <summary>The height of the whole picture.</summary>
    public int Height { get; init; } = 560;

    /// <summary>The curves that stand below each other in the legend or as small panels, as they belong together.</summary>
    public int LegendRows { get; init; } = 2;

    /// <summary>More curves than this are a small panel each, with the same axes: in one plot nobody could follow them.</summary>
    public int MostTogether { get; init; } = 6;

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

        var (x, y) = (XAxis(), YAxis());
        PlotFrame frame = new(PlotFrame.LeftOf(y), Top, Width - Right, Height - Below, x, y);
        return _series.Count > MostTogether ? SmallMultiples(frame) : Together(frame);
    }

    /// <summary>All curves in one plot, with their names beside their ends or, where these do not fit, in a legend above.</summary>
    private string Together(PlotFrame frame)
    {
        var page = new SvgPage(Width, Height, title, subtitle);
        var beside = frame with { Right = frame.Right - EndLabels.WidthOf(_series) };
        var labels = beside.Right - beside.Left >= LeastShare * Width ? EndLabels.Fit(_series, beside) : null;
        var legend = new Legend(_series, Width - Right - SvgPage.Left, LegendRows);
        frame = labels is null ? frame with { Top = legend.Bottom } : beside;
        DrawPanel(page, frame, "plot", highlighted: null);
        NameReferences(page, frame);
        frame.DrawYLabels(page);
        frame.DrawXLabels(page);
        frame.DrawTitles(page);
        if (labels is null)
        {
            legend.Draw(page, HasMarks);
        }
        else
        {
            labels.Draw(page);
        }

        return page.Close();
    }

    /// <summary>A small panel a curve, which shows it before all others in grey.</summary>
    private string SmallMultiples(PlotFrame frame)
    {
        PanelGrid grid = new(frame, _series.Count, NameWidth(), LegendRows);
        var page = new SvgPage(Width, (int)Math.Ceiling(grid.Whole.Bottom) + Below, title, subtitle);
        for (var i = 0; i < _series.Count; i++)
        {
            var panel = grid[i];
            DrawPanel(page, panel, SvgPage.Text($"panel{i}"), _series[i]);
            page.Line($"  <text x=\"{panel.Left:F1}\" y=\"{panel.Top - 7:F1}\" fill=\"{SvgPage.Escape(_series[i].Colour)}\">{SvgPage.Escape(_series[i].Name)}</text>");
            if (grid.HasYLabels(i))
            {
                panel.DrawYLabels(page);
            }

            if (grid.HasXLabels(i))
            {
                panel.DrawXLabels(page, PanelGrid.Overhang);
            }
        }

        // The same levels in all panels: named once.
        NameReferences(page, grid[0]);
        grid.Whole.DrawTitles(page);
        return page.Close();
    }

    // Of the longest text that a panel has to hold.
    private double NameWidth() =>
        LetterWidth * _series.Select(series => series.Name.Length).Concat(_references.Select(reference => reference.Name.Length)).Max();

    /// <summary>Whether a point can be drawn.</summary>
    protected abstract bool HasPlace(double x, double y);

    /// <summary>The x axis of all curves.</summary>
    protected abstract Axis XAxis();

    /// <summary>The y axis of all curves.</summary>
    protected abstract Axis YAxis();

    /// <summary>Draws axes, levels and curves.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="frame">The axes.</param>
    /// <param name="clip">A name that no other panel of the page has.</param>
    /// <param name="highlighted">The one curve that this panel is about; null: all.</param>
    private void DrawPanel(SvgPage page, PlotFrame frame, string clip, PlotSeries? highlighted)
    {
        var shown = _series.Where(series => highlighted is null || series == highlighted).ToList();
        page.Line($"  <clipPath id=\"{clip}\"><rect x=\"{frame.Left:F1}\" y=\"{frame.Top:F1}\" width=\"{frame.Right - frame.Left:F1}\" height=\"{frame.Bottom - frame.Top:F1}\"/></clipPath>");
        frame.DrawGrid(page, fine: highlighted is null);
        page.Line($"  <g clip-path=\"url(#{clip})\">");

        foreach (var series in _series.Except(shown))
        {
            PlotCurves.DrawBehind(page, series, frame);
        }

        // Bands first, so that no curve lies under one.
        foreach (var series in shown.Where(series => series.Spread.Count > 0))
        {
            PlotCurves.DrawBand(page, series, frame);
        }

        foreach (var reference in _references)
        {
            page.Line($"    <path d=\"M{frame.Left:F1} {frame.Y(reference.Value):F1}H{frame.Right:F1}\" stroke=\"#555\" stroke-width=\"1.2\" stroke-dasharray=\"10 3 2 3\"/>");
        }

        foreach (var series in shown)
        {
            PlotCurves.DrawBars(page, series, frame);
            PlotCurves.Draw(page, series, [.. series.Points.Select(point => (frame.X(point.X), frame.Y(point.Y)))], HasMarks);
        }

        page.Line($"  </g>");
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
