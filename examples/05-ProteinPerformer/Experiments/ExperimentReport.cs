using Spectre.Console;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What the commands that train print.</summary>
internal sealed class ExperimentReport(IAnsiConsole console, ExperimentSettings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>What tables and plots call an attention.</summary>
    public static string NameOf(ModelAttention attention) => attention switch
    {
        ModelAttention.Exact => "exact",
        ModelAttention.Relu128 => "FAVOR+ ReLU, 128 features",
        ModelAttention.Softmax64 => "FAVOR+ softmax, 64 features",
        ModelAttention.Softmax256 => "FAVOR+ softmax, 256 features",
        _ => throw new ArgumentOutOfRangeException(nameof(attention), attention, null),
    };

    /// <summary>Says what will be done.</summary>
    public void Intro()
    {
        _printer.Line($"[bold]Protein Performer, {settings.Setting}[/]: {settings.Models.Count()} models of {settings.Layers} layers, {settings.Task.Name}");
        _printer.Path($"Data: ", settings.DataPath);
        _printer.Path($"Checkpoints: ", settings.Folder);
        _printer.Line($"{settings.Steps:N0} steps of {settings.Rows} rows of up to {settings.Length:N0} tokens each. Ctrl-C stops and saves; the same command goes on.");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The scores.</summary>
    public void Results(ExperimentResult result)
    {
        foreach (var list in result.Baselines[0].Scores.Keys)
        {
            _printer.Space();
            _printer.Line($"[bold]{list}[/]{(settings.Relatives ? ": proteins with a relative before them; accuracy in % by how many were seen" : "")}");
            _printer.Table(
                [
                    "<model", "seed", "residues", "accuracy", "± s.e.", "perplexity", .. settings.Relatives ? RelativeScores.Names : [],
                    "minutes",
                ],
                [
                    .. result.Baselines.Select(row => Cells(row.Baseline.Name, "", row.Scores[list], row.Baseline.IsDistribution, "")),
                    .. result.Models.Select(row =>
                        Cells(NameOf(row.Model.Attention), Text($"{row.Model.Seed}"), row.Scores[list], true, Text($"{row.Minutes:F1}"))),
                ]);
        }

        Sharpness(result);
        if (result.WasStopped)
        {
            _printer.Space();
            _printer.Line($"Stopped, {result.Models.Count} of {settings.Models.Count()} models are complete. The same command goes on.");
        }
    }

    /// <summary>What features would have to estimate.</summary>
    private void Sharpness(ExperimentResult result)
    {
        ModelResult[] exact = [.. result.Models.Where(model => model.Sharpness.Count > 0)];
        if (exact.Length == 0)
        {
            return;
        }

        _printer.Space();
        _printer.Line($"[bold]What exact attention looks at[/]: the largest weight of a query's, and how far FAVOR+ softmax would be off with these weights");
        _printer.Table(
            ["<model", "seed", "layer", "largest weight", "‖q + k‖²/√d", "std of a weight, 64 features", "256"],
            exact.SelectMany(model => model.Sharpness, (model, layer) => (string[])
            [
                NameOf(model.Model.Attention), Text($"{model.Model.Seed}"), Text($"{layer.Layer}"), Text($"{layer.LargestWeight:F2}"),
                Text($"{layer.SquaredNorm:F1}"), Text($"{layer.DeviationOf(64):G2}"), Text($"{layer.DeviationOf(256):G2}"),
            ]));
        _printer.Note("Std", $"is in units of the weight itself: above 1 an estimate says next to nothing.");
    }

    /// <summary>Says where the plot is.</summary>
    public void End()
    {
        _printer.Space();
        _printer.Plots("--svg", settings.SvgPath);
    }

    private string[] Cells(string name, string seed, RelativeScores scores, bool isDistribution, string minutes)
    {
        var counted = settings.Relatives ? scores.WithRelatives : scores.All;
        return
        [
            name, seed, Text($"{counted.Count:N0}"), Printer.Percent(counted.Accuracy), Text($"{100 * counted.StandardError:F1}"),
            isDistribution ? Text($"{counted.Perplexity:F2}") : "",
            .. settings.Relatives ? scores.Groups.Select(group => group.Count == 0 ? "" : Text($"{100 * group.Accuracy:F1}")) : [],
            minutes,
        ];
    }

    private static string Text(FormattableString text) => Printer.Text(text);
}
