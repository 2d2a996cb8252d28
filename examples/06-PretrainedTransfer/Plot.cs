namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>The plot of this job: accuracy against the steps after weights were carried over.</summary>
internal static class Plot
{
    /// <summary>The name of its file, unless another is asked for.</summary>
    public const string FileName = "transfer.svg";

    private static readonly string[] Colours = ["#333333", "#0b62a4", "#2e8540", "#c1440e", "#8e44ad"];

    /// <summary>The whole SVG file, of the first seed.</summary>
    public static string Draw(TransferSettings settings, TransferResult result)
    {
        var plot = new LinePlot(
            "Weights of exact attention in models with linear attention",
            FormattableString.Invariant(
                $"characters of Shakespeare, held-out text, seed {result.Seed}; {settings.Steps:N0} steps with exact attention before"),
            "steps after the weights were carried over",
            "accuracy")
        {
            WholeX = true,
            YText = LinePlot.Percent,
        };
        foreach (var (attention, index) in result.Tuning.Keys.Select((attention, index) => (attention, index)))
        {
            plot.Add(new PlotSeries(
                Report.NameOf(attention), Colours[index], LineStyle.Full,
                [.. result.Tuning[attention].Select(point => ((double)point.Step, point.Scores[CurveNames.Accuracy]))]));
        }

        plot.Add(new ReferenceLine("95 % of exact attention before", TransferSettings.Recovered * result.Before));
        return plot.ToSvg();
    }
}
