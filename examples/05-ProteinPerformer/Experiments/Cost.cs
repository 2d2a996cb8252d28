using System.Diagnostics;
using System.Text.Json;
using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Measures steps of training, each attention in a process of its own, since memory that one took would count for the next.
/// </summary>
internal static class Cost
{
    /// <summary>The hidden command that a measuring process runs.</summary>
    public const string Worker = "cost-worker";

    /// <summary>Exact attention by the matrix of all weights.</summary>
    public const string Matrix = "matrix";

    private const int WarmUpSteps = 1, TimedSteps = 3;

    /// <summary>All that is measured.</summary>
    public static IReadOnlyList<string> Names => [.. Enum.GetNames<ModelAttention>().Select(name => name.ToLowerInvariant()), Matrix];

    /// <summary>What a process of its own measures; null where it did not end well, as where memory is short.</summary>
    public static CostRow? Measure(string name, int length, int threads, bool causal)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath ?? throw new JobException("The path of this program is unknown, so it cannot be started again."))
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Cost).Assembly.Location);
        }

        foreach (var argument in (string[])[Worker, name, Text(length), Text(threads), causal ? "causal" : "bidirectional"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new JobException("The measuring process did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<CostRow>(output) : null;

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What a measuring process does: prints its row.</summary>
    public static int Run(string name, int length, int threads, bool causal)
    {
        TorchThreads.Use(threads);
        var attention = name == Matrix ? ModelAttention.Exact : Enum.Parse<ModelAttention>(name, ignoreCase: true);
        var model = new ModelSettings(attention, causal, Layers: 3, Seed: 1);
        using var trainer = new Trainer(
            name == Matrix
                ? new Transformer(model.Sizes, _ => new MatrixAttention(model.Sizes))
                : ProteinModel.Create(model, ExperimentSettings.RedrawEvery),
            new OptimizerSettings(Steps: 100, Rate: 1e-3, WarmUp: 10));
        var rows = Math.Max(1, ExperimentSettings.TokensPerStep / length);
        var random = Seeds.Random("tokens to measure with");
        var batch = new TrainingBatch(
            rows, length, [.. Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(Tokens.AminoAcids))],
            [.. Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(Tokens.AminoAcids))]);
        var times = new List<double>();
        for (var step = 0; step < WarmUpSteps + TimedSteps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = trainer.Step(batch);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        var median = times.Skip(WarmUpSteps).Order().ElementAt(TimedSteps / 2);
        Console.WriteLine(
            JsonSerializer.Serialize(new CostRow(name, rows * length / median, Process.GetCurrentProcess().PeakWorkingSet64)));
        return ExitCode.Success;
    }
}
