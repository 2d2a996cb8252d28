namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The curves: loss in training dashed, in validation solid.</summary>
internal static class ExperimentPlot
{
    private static readonly string[] Colours = ["#1f5fa8", "#c0392b", "#d68910", "#117a65"];

    /// <summary>The picture, of the first seed of each attention.</summary>
    public static string Draw(ExperimentSettings settings, ExperimentResult result)
    {
        var plot = new LinePlot(
            settings.Relatives ? "Proteins after their relatives" : "Single proteins",
            FormattableString.Invariant($"{settings.Task.Name}, rows of {settings.Length:N0} tokens; training dashed, validation solid"),
            "steps of the optimiser",
            "loss, nats a residue")
        {
            WholeX = true,
        };
        foreach ((ModelResult model, int index) in result.Models.GroupBy(model => model.Model.Attention).Select((of, index) => (of.First(), index)))
        {
            string colour = Colours[index % Colours.Length], name = ShortNameOf(model.Model.Attention);
            plot.Add(new PlotSeries($"{name}, training", colour, LineStyle.Dashed, [.. model.Curve.Skip(1).Select(point => ((double)point.Step, point.TrainingLoss))]));
            plot.Add(new PlotSeries($"{name}, validation", colour, LineStyle.Full, [.. model.Curve.Select(point => ((double)point.Step, point.Scores[CurveNames.Loss]))]));
        }

        foreach (ReferenceLine level in result.Levels)
        {
            plot.Add(level);
        }

        return plot.ToSvg();
    }

    private static string ShortNameOf(ModelAttention attention) => attention switch
    {
        ModelAttention.Exact => "exact",
        ModelAttention.Relu128 => "ReLU 128",
        ModelAttention.Softmax64 => "softmax 64",
        ModelAttention.Softmax256 => "softmax 256",
        _ => throw new ArgumentOutOfRangeException(nameof(attention), attention, null),
    };
}
