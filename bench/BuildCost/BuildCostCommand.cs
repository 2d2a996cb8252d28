using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.BuildCost;

/// <summary>
/// The command <c>build-cost</c>, and the hidden one that it starts itself with: a process for each number of layers, so that memory is
/// that project's.
/// </summary>
internal static class BuildCostCommand
{
    private const string Worker = "build-cost-worker";

    private static readonly int[] Layers = [0, 1, 10, 30];

    public static Command Create()
    {
        var markdown = OutputFile.Option("--markdown", "Also write the table to a file.");
        var command = new Command("build-cost", "Measures what layers cost a build: text, processor time and memory; three minutes.")
        {
            markdown,
        };
        command.SetAction(parsed =>
        {
            var text = Table(Layers.Select(Measure).ToList());
            Console.Out.Write(text);
            OutputFile.Save(parsed.GetValue(markdown), text);
        });
        return command;
    }

    public static Command CreateWorker()
    {
        var layers = new Option<int>("--layers") { Required = true };
        var command = new Command(Worker) { layers };
        command.Hidden = true;
        command.SetAction(parsed => Console.Out.WriteLine(JsonSerializer.Serialize(BuildCostWorker.Measure(parsed.GetValue(layers)))));
        return command;
    }

    /// <exception cref="InvalidOperationException">The process could not be started or did not end well.</exception>
    private static BuildCost Measure(int layers)
    {
        Console.Error.WriteLine(layers == 1 ? "1 layer" : $"{layers} layers");
        var start = OwnProcess.Start(Worker);
        start.ArgumentList.Add("--layers");
        start.ArgumentList.Add(layers.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The measuring process did not start.");
        var line = process.StandardOutput.ReadLine();
        process.WaitForExit();
        return process.ExitCode == 0 && line is not null
            ? JsonSerializer.Deserialize<BuildCost>(line)!
            : throw new InvalidOperationException(
                $"The process that builds {layers} layers ended with code {process.ExitCode}; what it said stands above.");
    }

    private static string Table(IReadOnlyList<BuildCost> costs)
    {
        var text = new StringBuilder("""
            # What layers cost a build

            Measured by `dotnet run -c Release --project bench -- build-cost`; README.md says what the numbers mean.

            | layers | text, kB | generator, s | compiler, s | both, less a project without layers, s | allocated, MB | peak, MB |
            | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """.ReplaceLineEndings("\n"));
        var empty = costs[0].GeneratorSeconds + costs[0].CompilerSeconds;
        foreach (var cost in costs)
        {
            string[] cells =
            [
                $"{cost.Layers}", Format.Number(cost.TextBytes / 1e3, "F0"), Format.Number(cost.GeneratorSeconds, "F2"),
                Format.Number(cost.CompilerSeconds, "F2"), Format.Number(cost.GeneratorSeconds + cost.CompilerSeconds - empty, "F2"),
                Format.Number(cost.AllocatedBytes / 1e6, "F0"), Format.Number(cost.PeakBytes / 1e6, "F0"),
            ];
            text.Append($"| {string.Join(" | ", cells)} |\n");
        }

        return text.ToString();
    }
}
