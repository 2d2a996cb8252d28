using System.CommandLine;
using System.CommandLine.Parsing;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The commands of the example.</summary>
internal static class CommandLine
{
    private const string DataFile = "proteins-large.fasta.gz";

    private static readonly PredictionTask[] _tasks = [new MaskedTask(), new NextResidueTask()];

    /// <summary>Parses and runs; returns the exit code.</summary>
    public static int Invoke(string[] args)
    {
        var root = new RootCommand("Models of protein sequences, with exact and with linear attention.");
        root.Subcommands.Add(Baselines());
        root.Subcommands.Add(Experiment(
            "relatives", "Models that read proteins after their relatives, with each attention.", relatives: true, length: 1_024, steps: 1_500, seeds: [1, 2]));
        root.Subcommands.Add(Experiment(
            "single", "Models that read one protein at a time, as in the paper, with each attention.", relatives: false, length: 512, steps: 6_000, seeds: [1]));
        return JobCommand.Invoke(root, args);
    }

    private static Command Baselines()
    {
        var command = new JobCommand(
            new Command("baselines", "How the proteins are split, and what can be said of a residue without a model."),
            "A short run: a sample of the held-out proteins, contexts of one length.",
            DataFile,
            "the sample and of the contexts that are learned from");
        return command.Define([], [], (_, common) => BaselinesCommand.Run(new BaselinesSettings(
            DataPath: common.DataPath, Threads: common.Threads, Quick: common.Quick, Seed: common.Seed)));
    }

    private static Command Experiment(string name, string description, bool relatives, int length, int steps, int[] seeds)
    {
        var command = new JobCommand(
            new Command(name, description),
            "A short run: a few steps of every attention, on a few proteins.",
            DataFile,
            FormattableString.Invariant($"one run of each attention; without it the seeds {string.Join(" and ", seeds)}"));
        var task = new Option<string?>("--task")
        {
            HelpName = "name",
            Description = FormattableString.Invariant($"What models are asked: {string.Join(" or ", _tasks.Select(task => task.Name))}. [default: {_tasks[^1].Name}]"),
        };
        task.Validators.Add(result => Check(result, _tasks.Select(task => task.Name)));
        string[] names = [.. Enum.GetNames<ModelAttention>().Select(attention => attention.ToLowerInvariant())];
        var attention = new Option<string?>("--attention")
        {
            HelpName = "name",
            Description = $"One attention alone: {string.Join(", ", names)}. [default: all of them]",
        };
        attention.Validators.Add(result => Check(result, names));
        Option<int?> lengthOption = JobCommand.Whole(
            "--length", "tokens", FormattableString.Invariant($"The most tokens of a row, 128 to 8192. [default: {length}]"), 128, 8_192);
        Option<int?> stepsOption = JobCommand.Whole(
            "--steps", "count", FormattableString.Invariant($"Steps of the optimiser, 1 to 1000000. [default: {steps}, or {ShortSteps} with --quick]"), 1, 1_000_000);
        var folder = new Option<string?>("--folder") { HelpName = "folder", Description = "Where checkpoints are. [default: protein-runs in the current folder]" };
        string plot = ExperimentCommand.PlotName(relatives);
        var svg = new Option<string?>("--svg") { HelpName = "file", Description = $"Where the plot goes. [default: {plot} in the current folder]" };
        Command defined = command.Define([task, attention, lengthOption, stepsOption], [folder, svg], (result, common) => ExperimentCommand.Run(new ExperimentSettings(
            DataPath: common.DataPath,
            Relatives: relatives,
            Task: _tasks.Single(task1 => task1.Name == (result.GetValue(task) ?? _tasks[^1].Name)),
            Attentions: [.. Enum.GetValues<ModelAttention>().Where(of => result.GetValue(attention) is not { } only || of.ToString().Equals(only, StringComparison.OrdinalIgnoreCase))],
            Seeds: common.SeedIsGiven || common.Quick ? [common.Seed] : seeds,
            Length: result.GetValue(lengthOption) ?? (common.Quick ? Math.Min(length, 512) : length),
            Steps: result.GetValue(stepsOption) ?? (common.Quick ? ShortSteps : steps),
            Threads: common.Threads,
            Targets: common.Quick ? 20 : int.MaxValue,
            Folder: result.GetValue(folder) ?? "protein-runs",
            SvgPath: result.GetValue(svg) ?? plot)));
        return defined;
    }

    private const int ShortSteps = 5;

    private static void Check(OptionResult result, IEnumerable<string> names)
    {
        if (result.Tokens.Count == 1 && !names.Contains(result.Tokens[0].Value, StringComparer.OrdinalIgnoreCase))
        {
            result.AddError($"{result.Option.Name}: '{result.Tokens[0].Value}' is not one of {string.Join(", ", names)}.");
        }
    }
}
