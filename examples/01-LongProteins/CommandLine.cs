using System.CommandLine;

namespace KernelGen.Examples.LongProteins;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<Settings, int> run)
    {
        var command = new JobCommand(
            "Attention over growing lengths of real protein sequences: exact, which takes L² time, and FAVOR+, which takes L.",
            "A short run: shorter sequences, fewer repetitions.");
        var length = JobCommand.Whole(
            "--length",
            "tokens",
            FormattableString.Invariant($"The longest sequence, 1 to {Settings.LongestLength}. ")
                + FormattableString.Invariant($"[default: {Settings.DefaultLength}, or {Settings.QuickLength} with --quick]"),
            1,
            Settings.LongestLength);
        var exactLimit = JobCommand.Whole(
            "--exact-limit", "seconds", "Skip exact attention where one call would take longer than this. [default: 20]", 0, 1_000_000);
        var svg = new Option<string?>("--svg")
        {
            HelpName = "file",
            Description = "Where the plot goes. [default: no plot]",
        };

        return command.Invoke(args, [length], [exactLimit, svg], (result, common) => run(new Settings(
            Length: result.GetValue(length) ?? (common.Quick ? Settings.QuickLength : Settings.DefaultLength),
            DataPath: common.DataPath,
            Threads: common.Threads,
            Quick: common.Quick,
            ExactLimit: TimeSpan.FromSeconds(result.GetValue(exactLimit) ?? 20),
            SvgPath: result.GetValue(svg),
            Seed: common.Seed)));
    }
}
