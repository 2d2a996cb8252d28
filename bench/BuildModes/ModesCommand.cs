using System.CommandLine;
using System.Text;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.BuildModes;

/// <summary>The command <c>modes</c>: the layer of docs/publishing.md in programs that are built and published in several ways.</summary>
internal static class ModesCommand
{
    /// <summary>Programs take turns, so that a machine whose speed drifts is the same for all.</summary>
    private const int Rounds = 3;

    public static Command Create()
    {
        var markdown = OutputFile.Option("--markdown", "Also write the table to a file.");
        var command = new Command("modes", "Times a causal layer built as Debug, Release and NativeAOT; two minutes.") { markdown };
        command.SetAction(parsed =>
        {
            var folder = Directory.CreateTempSubdirectory("kernelgen-modes-");
            try
            {
                var text = Measure(folder.FullName);
                Console.Out.Write(text);
                OutputFile.Save(parsed.GetValue(markdown), text);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }

    private static string Measure(string folder)
    {
        var built = new List<BuildMode>();
        foreach (var mode in BuildMode.All)
        {
            Console.Error.WriteLine($"Building: {mode.Name}");
            if (mode.Build(folder) is { } failure)
            {
                Console.Error.WriteLine($"Left out, since it cannot be built here:\n{failure}");
            }
            else
            {
                built.Add(mode);
            }
        }

        var rounds = Enumerable.Range(0, Rounds).Select(_ => built.Select(mode => mode.Measure(folder)).ToList()).ToList();
        var text = new StringBuilder("| mode | vectors, bit | ms | times as long |\n| --- | ---: | ---: | ---: |\n");
        for (var i = 0; i < built.Count; i++)
        {
            var milliseconds = Statistics.Median(rounds.Select(round => round[i].Milliseconds).ToList());
            var ratio = Statistics.Median(rounds.Select(round => round[i].Milliseconds / round[0].Milliseconds).ToList());
            text.Append(
                $"| {built[i].Name} | {rounds[0][i].VectorBits} | {Format.Number(milliseconds, "F2")} | {Format.Number(ratio, "F1")} |\n");
        }

        return text.ToString();
    }
}
