namespace KernelGen;

/// <summary>Writes curves over linear axes as SVG, with levels to compare them with: losses and accuracies against steps or time.</summary>
internal sealed class LinePlot(string title, string subtitle, string xTitle, string yTitle) : CurvePlot(title, subtitle)
{
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

    /// <inheritdoc/>
    protected override bool HasMarks => Marks;

    /// <summary>A share as a share of a hundred.</summary>
    public static string Percent(double share) => SvgPage.Text($"{100 * share:0.####} %");

    /// <inheritdoc/>
    protected override bool HasPlace(double x, double y) => double.IsFinite(x) && double.IsFinite(y);

    /// <summary>Ends with the last point, with room for half a mark beside it.</summary>
    protected override Axis XAxis()
    {
        double[] xs = [.. Series.SelectMany(series => series.Points).Select(point => point.X)];
        var (least, most) = (xs.Min(), xs.Max() > xs.Min() ? xs.Max() : xs.Min() + 1);
        var room = Marks ? 0.03 * (most - least) : 0;
        var (x0, x1) = (least - room, most + room);
        var ticks = NiceTicks.Cover(xs.Min(), xs.Max(), about: 8, leastStep: WholeX ? 1 : 0).Where(tick => tick >= x0 && tick <= x1);
        return new Axis(xTitle, x => (x - x0) / (x1 - x0), [.. ticks.Select(tick => (tick, SvgPage.Text($"{tick:#,0.######}")))]);
    }

    /// <summary>Ends with a tick, above all error bars.</summary>
    protected override Axis YAxis()
    {
        double[] ys =
        [
            .. Series.SelectMany(series => series.Points).Select(point => point.Y), .. References.Select(reference => reference.Value),
            .. Series.SelectMany(series => series.Points.Zip(series.Bars, (point, bar) => point.Y - bar)),
            .. Series.SelectMany(series => series.Points.Zip(series.Bars, (point, bar) => point.Y + bar)),
        ];
        var most = double.IsNaN(MostY) ? ys.Max() : MostY;
        var least = Math.Min(most, double.IsNaN(LeastY) ? ys.Min() : Math.Min(LeastY, ys.Min()));
        var ticks = NiceTicks.Cover(least, most, about: 7);
        return new Axis(yTitle, y => (y - ticks[0]) / (ticks[^1] - ticks[0]), [.. ticks.Select(tick => (tick, YText(tick)))]);
    }
}
