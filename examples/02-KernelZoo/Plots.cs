namespace KernelGen.Examples.KernelZoo;

/// <summary>The plots of this job.</summary>
internal static class Plots
{
    private static readonly (string Map, string Colour)[] MapColours =
    [
        ("trigonometric", "#7a7a7a"), ("positive", "#0b62a4"), ("hyperbolic", "#2e8540"), ("OPRF", "#c1440e"),
    ];

    private static readonly (string Draw, LineStyle Style)[] DrawStyles =
    [
        ("Gaussian", LineStyle.Dotted), ("orthogonal", LineStyle.Full), ("Hadamard", LineStyle.Dashed),
    ];

    /// <summary>Mean squared error against features.</summary>
    public static string Error(IReadOnlyList<FeaturePoint> points, FeatureExperiment experiment)
    {
        var sample = Printer.Text($"{experiment.Heads} heads of {HeadInput.Dim}, {experiment.Length:N0} tokens");
        var mean = Printer.Text($"mean of {experiment.DrawCount} draws, bands: ± 1 standard error");
        var plot = new LogPlot(
            "Error of attention against the number of features",
            Printer.Text($"proteins, {sample}, mean ‖z‖² = {experiment.Statistics.MeanSquaredZ:F1}; {mean}"),
            "features m (log scale)",
            "mean squared error of an output's numbers (log scale)")
        {
            // Small panels: a column for each map, a row for each kind of projections.
            Width = 1_120,
            Height = 720,
            LegendRows = DrawStyles.Length,
        };
        foreach (var (map, colour) in MapColours)
        {
            foreach (var (draw, style) in DrawStyles)
            {
                FeaturePoint[] curve = [.. points.Where(point => point.Map == map && point.Draw == draw && double.IsFinite(point.Error))];
                plot.Add(new PlotSeries($"{map}, {draw}", colour, style, [.. curve.Select(point => ((double)point.Features, point.Error))])
                {
                    Spread = [.. curve.Select(point => point.StandardError)],
                });
            }
        }

        plot.Add(new ReferenceLine("plain averaging", experiment.AverageError));
        return plot.ToSvg();
    }

    /// <summary>Error of the hidden state against layers.</summary>
    public static string Layers(IReadOnlyList<StackCurve> curves, Settings settings, StackExperiment experiment)
    {
        (string Colour, LineStyle Style)[] looks =
        [
            ("#b8860b", LineStyle.Dashed), ("#0b62a4", LineStyle.Dotted), ("#0b62a4", LineStyle.Full), ("#c1440e", LineStyle.Full),
            ("#2e8540", LineStyle.Full), ("#7a7a7a", LineStyle.Full),
        ];
        var plot = new LogPlot(
            "Errors of attention add up over layers",
            FormattableString.Invariant($"relative error of the hidden state; proteins, {settings.SampleLength:N0} tokens, ")
                + FormattableString.Invariant($"{Positive.Features} features; {experiment.DrawCount} draws, bands: ± 1 standard error"),
            "layers",
            "‖h − h*‖ / ‖h*‖ (log scale)")
        {
            LinearX = true,
            DecadeText = LogPlot.Percent,
        };
        foreach (var (curve, (colour, style)) in curves.Zip(looks))
        {
            plot.Add(new PlotSeries(curve.Name, colour, style, [.. curve.Errors.Select((of, layer) => (layer + 1.0, of.Error))])
            {
                Spread = [.. curve.Errors.Select(of => of.StandardError)],
            });
        }

        return plot.ToSvg();
    }
}
