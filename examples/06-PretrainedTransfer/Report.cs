using KernelGen.Examples.Training;
using Spectre.Console;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>What the job prints before and after its work.</summary>
internal sealed class Report(IAnsiConsole console, TransferSettings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>What tables and plots call an attention.</summary>
    public static string NameOf(ModelAttention attention) => attention switch
    {
        ModelAttention.Exact => "exact",
        ModelAttention.Softmax128 => "FAVOR+, 128 features",
        ModelAttention.Softmax512 => "FAVOR+, 512 features",
        ModelAttention.Hyperbolic128 => "hyperbolic, 128 features",
        ModelAttention.Oprf128 => "optimal, 128 features",
        _ => throw new ArgumentOutOfRangeException(nameof(attention), attention, null),
    };

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(CharacterText text)
    {
        _printer.Line($"[bold]Pretrained transfer[/]: weights that were trained with exact attention, in models with linear attention");
        _printer.Path($"Text: {text.Length:N0} characters, {text.Vocabulary} different ones, of ", settings.DataPath);
        _printer.Path($"Checkpoints: ", settings.Folder);
        _printer.Line($"{settings.Steps:N0} steps with exact attention, then {settings.TuningSteps:N0} with each; {TransferSettings.Rows} rows of {TransferSettings.Length} characters a step. Ctrl-C stops and saves; the same command goes on.");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The tables.</summary>
    public void Results(IReadOnlyList<TransferResult> results)
    {
        foreach (var result in results)
        {
            var last = result.Pretraining[^1];
            _printer.Space();
            _printer.Line($"[bold]Seed {result.Seed}[/]: exact attention after {last.Step:N0} steps: accuracy {100 * result.Before:F1} %, {last.Scores[CurveNames.Loss]:F3} nats a character");
            _printer.Table(
                [
                    "<\nattention",
                    "accuracy\nright after",
                    "\nnats",
                    $"accuracy after\n{settings.TuningSteps:N0} steps",
                    "\nnats",
                    "steps to\n95 %",
                    "minutes",
                ],
                result.Tuning.Select(of => (string[])
                [
                    NameOf(of.Key), Printer.Percent(of.Value[0].Scores[CurveNames.Accuracy]),
                    Text($"{of.Value[0].Scores[CurveNames.Loss]:F3}"), Printer.Percent(of.Value[^1].Scores[CurveNames.Accuracy]),
                    Text($"{of.Value[^1].Scores[CurveNames.Loss]:F3}"),
                    result.RecoveredAfter(of.Key) is { } step ? Text($"{step:N0}") : "never", Text($"{of.Value[^1].Seconds / 60:F1}"),
                ]));
            _printer.Line(
                $"λ of the layers, for optimal features: {string.Join(", ", result.Lambdas.Select(lambda => Text($"{lambda:F1}")))}");
        }
    }

    /// <summary>What guessing scores.</summary>
    public void Baseline(CharacterText text)
    {
        var held = text.Held.ToArray();
        var share = held.GroupBy(letter => letter).Max(of => of.Count()) / (double)held.Length;
        _printer.Space();
        _printer.Note(
            "A model that has learned nothing", $"names the most frequent character, a blank, and is right on {100 * share:F1} %.");
    }

    /// <summary>Says how it ended.</summary>
    public void End(bool isComplete, bool hasPlot)
    {
        _printer.Space();
        if (!isComplete)
        {
            _printer.Line($"Stopped. The same command goes on.");
        }

        if (hasPlot)
        {
            _printer.Plots("--svg", settings.SvgPath);
        }
    }

    private static string Text(FormattableString text) => Printer.Text(text);
}
