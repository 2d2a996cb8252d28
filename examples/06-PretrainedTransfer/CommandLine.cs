using System.CommandLine;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    private const int Steps = 1_600, ShortSteps = 10, TuningSteps = 300, ShortTuningSteps = 5;

    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<TransferSettings, int> run)
    {
        var command = new JobCommand(
            new RootCommand(
                "A model of text is trained with exact attention; its weights go, unchanged, into models with linear attention: what they are worth there at "
                    + "once, and how soon training brings the rest back. Ctrl-C stops and saves; the same command goes on."),
            "A short run: a few steps.",
            "shakespeare.txt",
            "one run; without it the seeds 1 and 2",
            "A text");
        var steps = JobCommand.Whole(
            "--steps", "count",
            FormattableString.Invariant($"Steps with exact attention, 1 to 1000000. [default: {Steps}, or {ShortSteps} with --quick]"), 1,
            1_000_000);
        var tuning = JobCommand.Whole(
            "--tuning-steps", "count",
            FormattableString.Invariant(
                $"Steps of each model after that, 1 to 1000000. [default: {TuningSteps}, or {ShortTuningSteps} with --quick]"),
            1, 1_000_000);
        var folder = new Option<string?>("--folder")
        {
            HelpName = "folder",
            Description = "Where checkpoints are. [default: transfer-runs in the current folder]",
        };
        var svg = new Option<string?>("--svg")
        {
            HelpName = "file",
            Description = "Where the plot goes. [default: no plot]",
        };
        return command.Invoke(args, [steps, tuning], [folder, svg], (result, common) => run(new TransferSettings(
            DataPath: common.DataPath,
            Steps: result.GetValue(steps) ?? (common.Quick ? ShortSteps : Steps),
            TuningSteps: result.GetValue(tuning) ?? (common.Quick ? ShortTuningSteps : TuningSteps),
            Threads: common.Threads,
            Seeds: common.SeedIsGiven || common.Quick ? [common.Seed] : [1, 2],
            Folder: result.GetValue(folder) ?? "transfer-runs",
            SvgPath: result.GetValue(svg))));
    }
}
