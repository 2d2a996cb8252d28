using System.CommandLine;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<Settings, int> run)
    {
        var command = new JobCommand(
            "The same attention layers on the CPU and on a GPU, on real protein sequences: agreement, time, share of the device's peak.",
            "A short run: fewer repetitions.");
        var list = new Option<bool>("--list") { Description = "List the devices and stop." };
        var device = JobCommand.Whole(
            "--device", "number", "The device, by its number in the list. [default: the first, which is a GPU if there is one]", 0, 1_000);
        var length = JobCommand.Whole(
            "--length",
            "tokens",
            FormattableString.Invariant($"Tokens, 1 to {Settings.LongestLength}. ")
                + FormattableString.Invariant($"[default: {Settings.DefaultLength}, or {Settings.CheckLength} on ILGPU's CPU accelerator]"),
            1,
            Settings.LongestLength);
        var ptx = new Option<string?>("--ptx")
        {
            HelpName = "folder",
            Description = "Write the PTX of every kernel into this folder and stop. Needs no GPU.",
        };

        return command.Invoke(args, [list, device, length], [ptx], (result, common) => run(new Settings(
            Length: result.GetValue(length),
            Device: result.GetValue(device),
            OnlyList: result.GetValue(list),
            PtxFolder: result.GetValue(ptx),
            DataPath: common.DataPath,
            Threads: common.Threads,
            Quick: common.Quick,
            Seed: common.Seed)));
    }
}
