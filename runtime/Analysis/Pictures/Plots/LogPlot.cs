namespace KernelGen;

/// <summary>
/// Writes curves as SVG. The y axis is logarithmic and so, unless it is asked to be linear, is the x axis: there x is a line of slope 1 and
/// x² one of slope 2.
/// </summary>
internal sealed class LogPlot(string title, string subtitle, string xTitle, string yTitle) : CurvePlot(title, subtitle)
{
    /// <summary>Whether x is linear: for small whole numbers.</summary>
    public bool LinearX { get; init; }

    /// <summary>What the y axis says at 10 to the given power.</summary>
    public Func<int, string> DecadeText { get; init; } = decade => SvgPage.Text($"1e{decade}");

    /// <inheritdoc/>
    protected override bool HasMarks => true;

    /// <summary>A power of ten of milliseconds, in the unit that suits it.</summary>
    public static string Duration(int decade) => decade switch
    {
        >= 3 => SvgPage.Text($"{Math.Pow(10, decade - 3):N0} s"),
        >= 0 => SvgPage.Text($"{Math.Pow(10, decade):N0} ms"),
        _ => SvgPage.Text($"{Math.Pow(10, decade + 3):0.######} µs"),
    };

    /// <summary>A power of ten as a share of a hundred.</summary>
    public static string Percent(int decade) => SvgPage.Text($"{Math.Pow(10, decade + 2):#,0.######} %");

    /// <inheritdoc/>
    protected override bool HasPlace(double x, double y) =>
        double.IsFinite(x) && (LinearX || x > 0) && double.IsFinite(y) && y > 0;

    /// <summary>A tick for each x that a point has, with half a step of room beside the first and the last.</summary>
    protected override Axis XAxis()
    {
        double[] places = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order()];
        double Scale(double x) => LinearX ? x : Math.Log2(x);
        var x0 = Scale(places[0]) - 0.35;
        var x1 = Scale(places[^1]) + 0.35;
        return new Axis(xTitle, x => (Scale(x) - x0) / (x1 - x0), [.. places.Select(place => (place, SvgPage.Text($"{place:N0}")))]);
    }

    /// <summary>Whole decades.</summary>
    protected override Axis YAxis()
    {
        double[] ys =
        [
            .. Series.SelectMany(series => series.Points).Select(point => point.Y), .. References.Select(reference => reference.Value),
            .. Series.SelectMany(series => series.Points.Zip(series.Bars, (point, bar) => point.Y + bar)),
        ];
        return Axis.OfDecades(yTitle, ys.Min(), ys.Max(), DecadeText);
    }
}
