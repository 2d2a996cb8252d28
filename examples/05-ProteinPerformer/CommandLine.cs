using System.CommandLine;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The commands of the example.</summary>
internal static class CommandLine
{
    private const string DataFile = "proteins-large.fasta.gz";

    /// <summary>Parses and runs; returns the exit code.</summary>
    public static int Invoke(string[] args)
    {
        var root = new RootCommand("Models of protein sequences, with exact and with linear attention.")
        {
            Baselines(),
            Experiment("relatives", "Models that read proteins after their relatives, with each attention.", relatives: true),
            Experiment("single", "Models that read one protein at a time, as in the paper, with each attention.", relatives: false),
            Attention(),
            CostOfTraining(),
            CostWorker(),
        };
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

    private static Command Experiment(string name, string description, bool relatives)
    {
        var options = new ExperimentOptions(relatives);
        var command = new JobCommand(
            new Command(name, description),
            "A short run: a few steps of every attention, on a few proteins.",
            DataFile,
            FormattableString.Invariant($"one run of each attention; without it the seeds {string.Join(" and ", options.Seeds)}"));
        var svg = new Option<string?>("--svg")
        {
            HelpName = "file",
            Description = "Where the plot goes. [default: no plot]",
        };
        return command.Define(
            options.Before, [options.Folder, svg],
            (result, common) => ExperimentCommand.Run(options.Read(result, common, result.GetValue(svg))));
    }

    private static Command Attention()
    {
        const int proteins = 100, few = 5;
        var options = new ExperimentOptions(relatives: false);
        var command = new JobCommand(
            new Command(
                "attention", "What a model of single proteins looks at: amino acids that are alike to it, and maps of one protein."),
            "A short run: a few proteins.",
            DataFile,
            "the model");
        var folder = new Option<string?>("--svg-folder")
        {
            HelpName = "folder",
            Description = "Where the plots go. [default: no plots]",
        };
        return command.Define(options.Before, [options.Folder, folder], (result, common) =>
        {
            var experiment = options.Read(result, common, svgPath: null);
            if (experiment.Attentions.Count > 1)
            {
                experiment = experiment with { Attentions = [ModelAttention.Exact] };
            }

            var data = Path.Combine(AppContext.BaseDirectory, "data");
            return AttentionCommand.Run(new AttentionStudySettings(
                experiment with { Seeds = [common.Seed] }, common.Quick ? few : proteins, Path.Combine(data, "blosum62.txt"),
                Path.Combine(data, "bpt1_bovin.fasta"), result.GetValue(folder)));
        });
    }

    private static Command CostOfTraining()
    {
        const int usual = 8_192;
        var length = JobCommand.Whole(
            "--length", "tokens", FormattableString.Invariant($"Tokens of a row, 128 to 65536. [default: {usual}]"), 128, 65_536);
        var threads = JobCommand.Whole(
            "--threads", "count", "Threads of libtorch and of the kernels. [default: the processors of this machine]", 1, 1_024);
        var causal = new Option<bool>("--causal") { Description = "A token sees only those before it; otherwise all." };
        var command = new Command("cost", "Tokens a second and memory of training, with each attention.") { length, threads, causal };
        command.SetAction(result => CostCommand.Run(
            result.GetValue(length) ?? usual, result.GetValue(threads) ?? Environment.ProcessorCount, result.GetValue(causal)));
        return command;
    }

    private static Command CostWorker()
    {
        var name = new Argument<string>("attention");
        var length = new Argument<int>("length");
        var threads = new Argument<int>("threads");
        var sight = new Argument<string>("sight");
        var command = new Command(Cost.Worker) { name, length, threads, sight };
        command.Hidden = true;
        command.SetAction(result => Cost.Run(
            result.GetValue(name)!, result.GetValue(length), result.GetValue(threads), causal: result.GetValue(sight) == "causal"));
        return command;
    }
}
