using System.CommandLine;
using System.Text;
using KernelGen.Bench.Reports;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Functions;

/// <summary>The command <c>functions</c>: the runtime's elementary functions against the platform's, as a Markdown table.</summary>
internal static class FunctionsCommand
{
    public static Command Create()
    {
        var markdown = OutputFile.Option("--markdown", "Also write the table to a file.");
        var command = new Command("functions", "Times the elementary functions that kernels use against the platform's; under a minute.")
        {
            markdown,
        };
        command.SetAction(parsed =>
        {
            var text = Measure();
            Console.Out.Write(text);
            OutputFile.Save(parsed.GetValue(markdown), text);
        });
        return command;
    }

    private static string Measure()
    {
        int[] widths = [.. VectorWidth.All.Where(width => width <= VectorWidth.InForce)];
        var text = new StringBuilder($"""
            # Elementary functions

            Measured by `dotnet run -c Release --project bench -- functions` at up to {VectorWidth.InForce} bit; README.md says what the numbers mean.

            | function | {string.Join(" | ", widths.Select(width => $"{width} bit, ns"))} | the platform's | {string.Join(" | ", widths.Select(width => $"{width} bit, times as long"))} |
            | --- | {string.Join(" | ", widths.Select(_ => "---:"))} | --- | {string.Join(" | ", widths.Select(_ => "---:"))} |

            """.ReplaceLineEndings("\n"));
        var random = new Random(1);
        var rows = new Rows();
        foreach (var function in FunctionCatalog.All)
        {
            Console.Error.WriteLine(function.Name);
            foreach (ref var argument in rows.Numbers.AsSpan(rows.Arguments, Rows.Count))
            {
                argument = function.Least + ((8 - function.Least) * (1 - random.NextSingle()));
            }

            var measured = widths.Select(width =>
            {
                var own = function.RunOwn(width, rows);
                return Interleaved.Compare(function.RunPlatform?.Invoke(width, rows) ?? own, own, Effort.Short);
            }).ToList();
            var times = measured.Select(one => Format.Number(one.Seconds * 1e9 / Rows.Count, "F2"));
            var ratios = measured.Select(one => function.Platform is null ? "–" : Format.Number(one.Ratio, "F1"));
            text.Append(
                $"| {function.Name} | {string.Join(" | ", times)} | {function.Platform ?? "none"} | {string.Join(" | ", ratios)} |\n");
        }

        return text.ToString();
    }
}
