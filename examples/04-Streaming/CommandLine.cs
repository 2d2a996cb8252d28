using System.CommandLine;

namespace KernelGen.Examples.Streaming;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<Settings, int> run)
    {
        var command = new JobCommand(
            "Real protein sequences fed to attention token by token: what a token costs, and what is remembered, far on in the stream. "
                + "Ctrl-C stops and saves; --resume goes on.",
            "A short run: fewer tokens.");
        var length = JobCommand.Whole(
            "--length",
            "tokens",
            FormattableString.Invariant($"The tokens to be fed, 1 to {Settings.LongestLength}. ")
                + FormattableString.Invariant($"[default: {Settings.DefaultLength}, or {Settings.QuickLength} with --quick]"),
            1,
            Settings.LongestLength);
        var resume = new Option<bool>("--resume") { Description = "Go on with the run that Ctrl-C stopped." };
        var state = new Option<string?>("--state")
        {
            HelpName = "file",
            Description = $"Where a stopped run is saved. [default: {Settings.StateName} in the current folder]",
        };
        var svg = new Option<string?>("--svg")
        {
            HelpName = "file",
            Description = "Where the plot goes. [default: no plot]",
        };

        return command.Invoke(args, [length], [resume, state, svg], (result, common) => run(new Settings(
            Length: result.GetValue(length) ?? (common.Quick ? Settings.QuickLength : Settings.DefaultLength),
            DataPath: common.DataPath,
            Threads: common.Threads,
            Quick: common.Quick,
            StatePath: result.GetValue(state) ?? Settings.StateName,
            Resume: result.GetValue(resume),
            SvgPath: result.GetValue(svg),
            Seed: common.Seed)));
    }
}
