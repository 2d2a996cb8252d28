using System.Diagnostics;
using System.Text.Json;

namespace KernelGen.Examples.LongRange;

/// <summary>A run in a process of its own, since memory that one run took would count for the next.</summary>
internal static class RunProcess
{
    /// <summary>The hidden command that such a process runs.</summary>
    public const string Worker = "run-worker";

    /// <summary>Starts one and waits for its result.</summary>
    /// <param name="plan">What it does.</param>
    /// <param name="textPath">The text.</param>
    /// <param name="stop">Ctrl-C, which ends the other process too.</param>
    /// <returns>Null where it was stopped.</returns>
    /// <exception cref="JobException">It failed.</exception>
    public static RunResult? Start(RunPlan plan, string textPath, CancellationToken stop)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath ?? throw new JobException("The path of this program is unknown, so it cannot be started again."))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(RunProcess).Assembly.Location);
        }

        foreach (var argument in (string[])[Worker, JsonSerializer.Serialize(plan), textPath])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new JobException("The process of a run did not start.");
        using var kill = stop.Register(() => End(process));
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0)
        {
            return JsonSerializer.Deserialize<RunResult>(output);
        }

        return stop.IsCancellationRequested ? null : throw new JobException($"The run '{plan}' failed: {error.Result.Trim()}");
    }

    /// <summary>What such a process does: prints its result.</summary>
    public static int Run(string plan, string textPath)
    {
        // Ctrl-C at a terminal reaches both processes: the one that started this one ends it.
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
        var asked = JsonSerializer.Deserialize<RunPlan>(plan) ?? throw new JobException("There is no plan.");
        Console.WriteLine(JsonSerializer.Serialize(new ModelRun(asked, AllTasks.Create(asked.Task, textPath)).Run()));
        return ExitCode.Success;
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
