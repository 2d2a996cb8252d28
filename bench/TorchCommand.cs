using System.CommandLine;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using KernelGen.Bench.Compare;

namespace KernelGen.Bench;

/// <summary>
/// A command of <c>Torch/</c>, a program of its own, since it needs libtorch, 500 MB, which nobody else should wait for. It is built and
/// started here.
/// </summary>
internal static class TorchCommand
{
    public static Command Create(string name, string description)
    {
        // That program says itself which options it does not know.
        var command = new Command(name, $"{description} Downloads libtorch, 500 MB, the first time. `{name} -- --help` lists its options.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run([name, .. parsed.UnmatchedTokens]));
        return command;
    }

    private static int Run(IReadOnlyList<string> arguments, [CallerFilePath] string here = "")
    {
        var project = Path.Combine(Path.GetDirectoryName(here)!, "Torch");
        if (!Directory.Exists(project))
        {
            throw new InvalidOperationException($"There is no {project}; this program was built from sources that are gone.");
        }

        var start = new ProcessStartInfo(Tool.Dotnet, ["run", "-c", "Release", "--project", project, "--", .. arguments])
        {
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{Tool.Dotnet} did not start.");
        process.WaitForExit();
        return process.ExitCode;
    }
}
