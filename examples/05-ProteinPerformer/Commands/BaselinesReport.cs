using Spectre.Console;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What the command <c>baselines</c> prints.</summary>
internal sealed class BaselinesReport(IAnsiConsole console, BaselinesSettings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>Says what will be done.</summary>
    public void Intro()
    {
        _printer.Line($"[bold]Protein Performer, baselines[/]: what can be said of a residue without a model");
        _printer.Path($"Data: ", settings.DataPath);
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The split.</summary>
    public void Split(ProteinSet proteins)
    {
        var residues = proteins.Residues.Sum(of => of.Length);
        var alone = proteins.Components.Count(component => component.Length == 1);
        _printer.Note("Proteins",
            $"{proteins.Residues.Count:N0} with {residues:N0} residues in {proteins.Components.Count:N0} components of shared words of {KmerIndex.Length} residues:",
            $"the largest holds {proteins.Components[0].Length:N0}, the next {proteins.Components.ElementAtOrDefault(1)?.Length ?? 0:N0}; {alone:N0} proteins are alone.");
        var largest = proteins.Components[0].ToHashSet();
        var training = proteins.Split.Training.ToHashSet();
        (string Name, IReadOnlyList<int> Proteins)[] lists = [("training", proteins.Split.Training), .. proteins.Split.HeldOut];
        _printer.Table(
            ["<\nsplit", "\nproteins", "\nresidues", "of the largest\ncomponent", "with a\nrelative", "with one in\ntraining"],
            lists.Select(list => (string[])
            [
                list.Name,
                Text($"{list.Proteins.Count:N0}"),
                Text($"{list.Proteins.Sum(protein => proteins.Residues[protein].Length):N0}"),
                Text($"{list.Proteins.Count(largest.Contains):N0}"),
                Text($"{list.Proteins.Count(protein => proteins.Graph.Of(protein).Count > 0):N0}"),
                Text($"{list.Proteins.Count(protein => proteins.Graph.Of(protein).Any(relative => training.Contains(relative.Protein))):N0}"),
            ]));
    }

    /// <summary>The scores.</summary>
    public void Results(BaselinesResult result)
    {
        _printer.Space();
        _printer.Line($"[bold]Contexts that are learned from[/], of one epoch: residues whose protein has a relative in its context");
        _printer.Table(
            ["context", "contexts", "tokens", "before it", "anywhere"],
            result.Epochs.Select(epoch => (string[])
            [
                Text($"{epoch.ContextLength:N0}"), Text($"{epoch.Contexts:N0}"), Text($"{epoch.Tokens:N0}"),
                Printer.Percent(epoch.WithRelativeBefore), Printer.Percent(epoch.WithRelativeAround),
            ]));
        _printer.Space();
        _printer.Line($"[bold]Naive Bayes on single proteins for validation[/], by its neighbours on a side and their weight; that of the least perplexity is used below");
        _printer.Table(
            ["<task", "neighbours", "weight", "residues", "accuracy", "± s.e.", "perplexity"],
            result.Neighbours.Select(row => (string[])
            [
                row.Task, Text($"{row.Model.Reach}"), Text($"{row.Model.Weight}"), Count(row.Score), .. Cells(row.Model, row.Score),
            ]));
        foreach (var table in result.Tables)
        {
            _printer.Space();
            if (table.ByRelatives)
            {
                ByRelatives(table);
            }
            else
            {
                _printer.Line($"[bold]{table.Title}[/]");
                _printer.Table(
                    ["<split", "<baseline", "residues", "accuracy", "± s.e.", "perplexity"],
                    table.Scores.Select(row => (string[])
                    [
                        row.List, row.Baseline.Name, Count(row.Scores.All), .. Cells(row.Baseline, row.Scores.All),
                    ]));
            }
        }

        foreach (var table in result.Relatives)
        {
            _printer.Space();
            _printer.Line($"[bold]{table.Title}[/]: accuracy, then perplexity");
            _printer.Table(
                [
                    "<split", "<baseline", "proteins", .. table.Caps.Select(cap => Text($"{cap}")),
                    .. table.Caps.Select(cap => Text($"{cap}")),
                ],
                table.Rows.Select(row => (string[])
                [
                    row.List, row.Baseline.Name, Text($"{row.Targets:N0}"),
                    .. row.Scores.Select(Accuracy),
                    .. row.Scores.Select(score => Perplexity(row.Baseline, score)),
                ]));
        }

        _printer.Note("Residues",
            $"that results are counted on: in the masked task those that read [MASK], in the unidirectional task all of a held-out protein.",
            $"Training proteins beside them are read, not counted.");
        _printer.Note("Perplexity", $"is exp of the mean loss. The longest match alone gives no probabilities, so it has none.");
    }

    private void ByRelatives(BaselineTable table)
    {
        _printer.Line($"[bold]{table.Title}[/]: proteins with a relative, and accuracy in % by how many were seen");
        _printer.Table(
            ["<split", "<baseline", "residues", "accuracy", "± s.e.", "perplexity", .. RelativeScores.Names],
            table.Scores.Select(row => (string[])
            [
                row.List, row.Baseline.Name, Count(row.Scores.WithRelatives), .. Cells(row.Baseline, row.Scores.WithRelatives),
                .. row.Scores.Groups.Select(group => group.Count == 0 ? "" : Text($"{100 * group.Accuracy:F1}")),
            ]));
    }

    private static string Count(Score score) => Text($"{score.Count:N0}");

    private static string[] Cells(Baseline baseline, Score score) =>
        [Accuracy(score), score.Count == 0 ? "" : Text($"{100 * score.StandardError:F1}"), Perplexity(baseline, score)];

    // Small files leave groups empty.
    private static string Accuracy(Score score) => score.Count == 0 ? "" : Printer.Percent(score.Accuracy);

    private static string Perplexity(Baseline baseline, Score score) =>
        score.Count > 0 && baseline.IsDistribution ? Text($"{score.Perplexity:F2}") : "";

    private static string Text(FormattableString text) => Printer.Text(text);
}
