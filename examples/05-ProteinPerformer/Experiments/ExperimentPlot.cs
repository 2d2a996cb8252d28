using KernelGen.Examples.Training;

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

            // Curves of training and validation are read against each other.
            MostTogether = 8,
        };
        foreach (var (model, index) in result.Models.GroupBy(model => model.Model.Attention).Select((of, index) => (of.First(), index)))
        {
            string colour = Colours[index % Colours.Length], name = ShortNameOf(model.Model.Attention);
            plot.Add(new PlotSeries($"{name}, training", colour, LineStyle.Dashed, [.. Training(model.Curve)]));
            plot.Add(new PlotSeries(
                $"{name}, validation", colour, LineStyle.Full,
                [.. model.Curve.Select(point => ((double)point.Step, point.Scores[CurveNames.Loss]))]));
        }

        foreach (var level in result.Levels)
        {
            plot.Add(level);
        }

        return plot.ToSvg();
    }

    /// <summary>
    /// Loss in training, the mean of the steps since the point before. A last point of a few steps says what those rows were, not how
    /// training went.
    /// </summary>
    private static IEnumerable<(double Step, double Loss)> Training(IReadOnlyList<CurvePoint> curve)
    {
        (CurvePoint Point, long Steps)[] points = [.. curve.Skip(1).Zip(curve, (point, before) => (point, point.Step - before.Step))];
        return points.Where(point => 2 * point.Steps >= points.Max(other => other.Steps))
            .Select(point => ((double)point.Point.Step, point.Point.TrainingLoss));
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
