using System.CommandLine;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The commands of the example.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; returns the exit code.</summary>
    public static int Invoke(string[] args)
    {
        var root = new RootCommand("Models of protein sequences, with exact and with linear attention.");
        root.Subcommands.Add(Baselines());
        return JobCommand.Invoke(root, args);
    }

    private static Command Baselines()
    {
        var command = new JobCommand(
            new Command("baselines", "How the proteins are split, and what can be said of a residue without a model."),
            "A short run: a sample of the held-out proteins, contexts of one length.",
            "proteins-large.fasta.gz",
            "the sample and of the contexts that are learned from");
        return command.Define([], [], (_, common) => BaselinesCommand.Run(new BaselinesSettings(
            DataPath: common.DataPath, Threads: common.Threads, Quick: common.Quick, Seed: common.Seed)));
    }
}
