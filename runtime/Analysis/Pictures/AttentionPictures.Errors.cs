namespace KernelGen;

/// <content>Errors.</content>
public static partial class AttentionPictures
{
    // So many points and no more can be told apart with a mark and an error bar each.
    private const int MostBars = 100;

    private static readonly string[] Colours = ["#0b62a4", "#c1440e", "#2e8540", "#7a3e9d", "#b8860b", "#0f7f7f", "#5a5a5a"];

    /// <summary>
    /// The error of attention against the number of features, a curve a map, on logarithmic axes; bars are ± 1 standard error.
    /// </summary>
    /// <param name="measured">What was measured on the same data, with different <see cref="AttentionError.Features"/>.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">There is no measurement.</exception>
    /// <remarks>
    /// Bars come from the scatter over the draws (<see cref="MapError.StandardError"/>). Beside the curves stands plain averaging: a map
    /// that is not below it is of no use. Errors that are 0 or not finite are left out, and counted in the subtitle.
    /// </remarks>
    public static string ErrorsByFeatures(IReadOnlyList<AttentionError> measured, string title = "Error of attention by features")
    {
        ArgumentNullException.ThrowIfNull(measured);
        if (measured.Count == 0)
        {
            throw new ArgumentException("measured holds 0 measurements; at least 1 is needed.", nameof(measured));
        }

        var errors = measured.SelectMany(one => one.Maps).ToList();
        var shown = errors.Where(error => HasLogarithm(error.RelativeError)).ToList();
        var subtitle = $"‖o − o*‖/‖o*‖, bars: ± 1 standard error over the draws{LeftOut(errors.Count - shown.Count)}";
        LogPlot plot = new(title, subtitle, "features m (log scale)", "relative error (log scale)") { DecadeText = LogPlot.Percent };
        foreach (var (curve, index) in shown.GroupBy(error => error.Map.Name).Select((curve, index) => (curve, index)))
        {
            List<MapError> points = [.. curve.OrderBy(error => error.Features)];
            plot.Add(new PlotSeries(
                curve.Key, Colours[index % Colours.Length], LineStyle.Full,
                [.. points.Select(error => ((double)error.Features, error.RelativeError))])
            {
                Bars = [.. points.Select(error => double.IsFinite(error.StandardError) ? error.StandardError : 0)],
            });
        }

        var averages = from one in measured
                       where HasLogarithm(one.AverageError)
                       orderby one.Features
                       select ((double)one.Features, one.AverageError);
        plot.Add(new PlotSeries("plain averaging", "#777777", LineStyle.Dashed, [.. averages]));
        return plot.IsEmpty ? Nothing(title, subtitle) : plot.ToSvg();

        static bool HasLogarithm(double error) => double.IsFinite(error) && error > 0;
    }

    /// <summary>
    /// The error that each query's output may have, by the jackknife: the root of the expected ‖δo‖² as a share of ‖o‖, with error bars for
    /// how rough a jackknife of so few blocks is.
    /// </summary>
    /// <param name="bars">What was computed.</param>
    /// <param name="rows">The position of each query, in the order in which <paramref name="bars"/> has them.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">There is no query, or not a position for each.</exception>
    /// <remarks>
    /// The bars are ± 1/√(2(G − 1)) of the error for G blocks. Queries whose output is 0 or not finite are left out, and counted in the
    /// subtitle. More than 100 queries are a curve with a band.
    /// </remarks>
    public static string ErrorsByQuery(ErrorBars bars, ReadOnlySpan<int> rows, string title = "Error of outputs by query")
    {
        CheckRows(bars, rows);
        var scatter = 1 / Math.Sqrt(2.0 * (bars.Blocks - 1));
        List<(double Row, double Error, double Bar)> points = [];
        for (var row = 0; row < rows.Length; row++)
        {
            double squares = 0;
            foreach (var number in bars.Output.Slice(row * bars.ValueDim, bars.ValueDim))
            {
                squares += number * number;
            }

            var error = bars.RowStandardErrors[row] / Math.Sqrt(squares);
            points.Add((rows[row], error, error * scatter));
        }

        var subtitle = SvgPage.Text($"jackknife over {bars.Blocks:N0} blocks of W; its own scatter is ± {100 * scatter:0} %");
        return ByQuery(points, title, subtitle, "‖δo‖/‖o‖", Percent, leastY: 0);
    }

    /// <summary>One number of each query's output, with error bars of ± 1 standard error by the jackknife.</summary>
    /// <param name="bars">What was computed.</param>
    /// <param name="rows">The position of each query, in the order in which <paramref name="bars"/> has them.</param>
    /// <param name="component">Which number of the output, 0 to dv − 1.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">There is no query, or not a position for each.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Outputs have no such number.</exception>
    /// <remarks>
    /// Numbers that are not finite are left out, and counted in the subtitle. More than 100 queries are a curve with a band.
    /// </remarks>
    public static string Outputs(ErrorBars bars, ReadOnlySpan<int> rows, int component, string title = "Outputs and their standard errors")
    {
        CheckRows(bars, rows);
        if ((uint)component >= (uint)bars.ValueDim)
        {
            throw new ArgumentOutOfRangeException(
                nameof(component), component, $"component is {component}, but outputs have {bars.ValueDim} numbers.");
        }

        List<(double, double, double)> points = [];
        for (var row = 0; row < rows.Length; row++)
        {
            var place = row * bars.ValueDim + component;
            points.Add((rows[row], bars.Output[place], bars.StandardErrors[place]));
        }

        var subtitle = SvgPage.Text($"number {component:N0} of the output; bars: ± 1 standard error, jackknife over {bars.Blocks:N0} blocks");
        return ByQuery(points, title, subtitle, "output", Number, leastY: double.NaN);
    }

    private static string ByQuery(
        List<(double Row, double Value, double Bar)> points, string title, string subtitle, string yTitle, Func<double, string> text,
        double leastY)
    {
        var shown = points.Where(point => double.IsFinite(point.Value) && double.IsFinite(point.Bar)).OrderBy(point => point.Row).ToList();
        subtitle += LeftOut(points.Count - shown.Count);
        if (shown.Count == 0)
        {
            return Nothing(title, subtitle);
        }

        var few = shown.Count <= MostBars;
        LinePlot plot = new(title, subtitle, "position of the query", yTitle)
        {
            Marks = few,
            WholeX = true,
            LeastY = leastY,
            YText = text,
        };
        double[] lengths = [.. shown.Select(point => point.Bar)];
        // Without a name, as the axis says what it is.
        plot.Add(new PlotSeries(
            "", Colours[0], few ? LineStyle.None : LineStyle.Full, [.. shown.Select(point => (point.Row, point.Value))])
        {
            Bars = few ? lengths : [],
            Spread = few ? [] : lengths,
        });
        return plot.ToSvg();
    }

    private static void CheckRows(ErrorBars bars, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(bars);
        if (rows.IsEmpty || rows.Length != bars.Rows)
        {
            throw new ArgumentException(
                $"rows holds {rows.Length} positions, but the error bars are of {bars.Rows} queries, and at least 1 is needed.",
                nameof(rows));
        }
    }

    private static string Percent(double share) => Number(100 * share) + " %";

    private static string LeftOut(int count) => count == 0 ? "" : SvgPage.Text($"; left out, as not finite or 0: {count:N0}");

    // A picture all the same, so that drawing never ends what it was to look at.
    private static string Nothing(string title, string subtitle) => new SvgPage(820, 80, title, subtitle).Close();
}
