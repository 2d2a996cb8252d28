using System.CommandLine;

namespace KernelGen.Examples.KernelZoo;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<Settings, int> run)
    {
        var command = new JobCommand(
            "Every kernel function that a FAVOR+ layer can have, on real protein sequences: time, error, and what the error depends on.",
            "A short run: fewer tokens, repetitions and draws.");
        var length = JobCommand.Whole(
            "--length",
            "tokens",
            FormattableString.Invariant($"Tokens, {Settings.ShortestLength} to {Settings.LongestLength}. ")
                + FormattableString.Invariant($"[default: {Settings.DefaultLength}, or {Settings.QuickLength} with --quick]"),
            Settings.ShortestLength,
            Settings.LongestLength);
        var folder = new Option<string?>("--svg-folder")
        {
            HelpName = "folder",
            Description = "Where the plots go. [default: no plots]",
        };

        return command.Invoke(args, [length], [folder], (result, common) => run(new Settings(
            Length: result.GetValue(length) ?? (common.Quick ? Settings.QuickLength : Settings.DefaultLength),
            DataPath: common.DataPath,
            Threads: common.Threads,
            Quick: common.Quick,
            SvgFolder: result.GetValue(folder),
            Seed: common.Seed)));
    }
}
