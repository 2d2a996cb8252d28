using System.Diagnostics;
using System.Globalization;

namespace KernelGen.Bench.Roofline;

/// <summary>Starts this program again with one width in force and reads what it says.</summary>
internal static class WorkerProcess
{
    /// <summary>The hidden command that the started process runs.</summary>
    public const string Command = "roofline-worker";

    /// <exception cref="InvalidOperationException">The process could not be started or did not end well.</exception>
    public static IEnumerable<WorkerMessage> Run(int width, bool quick, bool onlySteps, bool withRatios)
    {
        var start = OwnProcess.Start(Command);
        start.ArgumentList.Add("--width");
        start.ArgumentList.Add(width.ToString(CultureInfo.InvariantCulture));
        if (quick)
        {
            start.ArgumentList.Add("--quick");
        }

        if (onlySteps)
        {
            start.ArgumentList.Add("--steps");
        }

        if (withRatios)
        {
            start.ArgumentList.Add("--ratios");
        }

        VectorWidth.Limit(start.Environment, width);

        using var process = Process.Start(start) ?? throw new InvalidOperationException("The measuring process did not start.");
        try
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                yield return WorkerMessage.Parse(line);
            }

            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"The process that measures {width} bit ended with code {process.ExitCode}; what it said stands above.");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
