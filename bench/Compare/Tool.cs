using System.ComponentModel;
using System.Diagnostics;

namespace KernelGen.Bench.Compare;

/// <summary>A program that runs to its end.</summary>
internal static class Tool
{
    /// <summary>The SDK that runs this program, or the one on the path.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs it without a window and without input.</summary>
    /// <exception cref="InvalidOperationException">The program is not there.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ToolResult Run(string program, IEnumerable<string> arguments, string folder, CancellationToken stop = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
            using var killing = stop.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            stop.ThrowIfCancellationRequested();
            return new ToolResult(process.ExitCode, output, errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException(
                $"{program} could not be started: {error.Message}. It has to be installed and on the path.", error);
        }
    }
}
