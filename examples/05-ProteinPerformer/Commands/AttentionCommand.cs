namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The command <c>attention</c>.</summary>
internal static class AttentionCommand
{
    private const int Reach = 3;

    private static readonly (char First, char Second)[] _pairs = [('D', 'E'), ('F', 'Y')];

    /// <summary>Runs it and returns the exit code.</summary>
    public static int Run(AttentionStudySettings settings)
    {
        var terminal = new Terminal();
        PlotFile.CheckFolder(settings.SvgFolder, "--svg-folder");
        var printer = new Printer(terminal.Ansi);
        printer.Line($"[bold]Protein Performer, attention[/]: what a trained model looks at");
        printer.Space();
        var study = new AttentionStudy(ProteinSet.Load(settings.Experiment.DataPath), settings);
        var result = terminal.Run(study.Work, study.Run);
        var model = FormattableString.Invariant(
            $"{ExperimentReport.NameOf(result.Model.Attention)}, {settings.Experiment.Setting}, {settings.Experiment.Task.Name}, {settings.Experiment.Steps:N0} steps, seed {result.Model.Seed}");

        printer.Line($"Model: {model}; attention over {result.Proteins} test proteins");
        printer.Line($"Similarity of amino acids and BLOSUM62: rank correlation {result.Comparison.Correlation:F2}, p = {result.Comparison.PValue:0.####} of relabelled amino acids");
        foreach (var (first, second) in _pairs)
        {
            printer.Line($"{first} and {second}: place {MatrixComparison.Place(result.Similarity, first, second)} of 190 pairs; in BLOSUM62 {MatrixComparison.Place(result.Blosum, first, second)}");
        }

        printer.Space();
        printer.Line($"[bold]BPT1_BOVIN[/], {result.ChainLength} residues: the share of a head's attention that stays within {Reach} residues; an even look would give {Even(result.ChainLength):P0}");
        printer.Table(
            ["layer", .. Enumerable.Range(1, result.Model.Sizes.Heads).Select(head => $"head {head}")],
            result.Locality(Reach).GroupBy(head => head.Layer).Select(layer => (string[])
                [Printer.Text($"{layer.Key + 1}"), .. layer.Select(head => Printer.Percent(head.Near))]));

        var similarity = Write("similarity.svg", AttentionPlots.Matrices(result.Blosum, result.Similarity, result.Comparison, model));
        var maps = Write("maps.svg", AttentionPlots.Maps(
            result.Maps, result.ChainLength, [.. Enumerable.Range(1, result.Maps.Count).Select(layer => $"layer {layer}")],
            "Attention over BPT1_BOVIN"));
        printer.Plots("--svg-folder", similarity, maps);
        return ExitCode.Success;

        string? Write(string name, string svg)
        {
            var path = PlotFile.In(settings.SvgFolder, name);
            PlotFile.Write(path, svg, "Give another folder with --svg-folder.");
            return path;
        }
    }

    /// <summary>The share of tokens within reach of a token, on average.</summary>
    private static double Even(int length) =>
        Enumerable.Range(0, length).Average(at => (Math.Min(length - 1, at + Reach) - Math.Max(0, at - Reach) + 1) / (double)length);
}
