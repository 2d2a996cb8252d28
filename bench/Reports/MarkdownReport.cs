using System.Text;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Reports;

/// <summary>The report as a page: the summary that docs/performance.md quotes in part, the targets, then everything.</summary>
internal static class MarkdownReport
{
    public static string Text(RooflineReport report)
    {
        var text = new StringBuilder($"# Roofline report\n\nMeasured by `{report.Command}`; README.md says what the numbers mean.\n");
        AppendSummary(text, report);

        text.Append("\n## Targets\n\n");
        AppendCells(text, ["ratio", "measured", "target", ""]);
        AppendCells(text, ["---", "---:", "---:", "---"]);
        foreach (var ratio in report.Targets)
        {
            AppendCells(text, [ratio.Name, Format.Number(ratio.Value, "F2"), ratio.Target, ratio.IsMet ? "met" : "missed"]);
        }

        text.Append('\n');
        foreach (var line in report.Notes.Concat(report.CompilationLines()))
        {
            text.Append($"- {line}\n");
        }

        text.Append("\n## Decoding, a token at a time\n\n");
        AppendTable(text, Format.StepHeaders, 1, report.StepRows.Select(Format.StepCells));
        text.Append("\n## All rows\n\n");
        AppendTable(text, Format.TableHeaders, 3, report.Rows.Select(Format.TableCells));
        return text.ToString();
    }

    public static void AppendTable(StringBuilder text, IReadOnlyList<string> headers, int texts, IEnumerable<string[]> rows)
    {
        AppendCells(text, headers);
        AppendCells(text, headers.Select((_, i) => i < texts ? "---" : "---:"));
        foreach (var row in rows)
        {
            AppendCells(text, row);
        }
    }

    private static void AppendSummary(StringBuilder text, RooflineReport report)
    {
        var rows = report.Rows.Where(row => row is { Threads: 1, KeyScale: 1, Direction: not "both" }).ToList();
        var widths = rows.Select(row => row.Width).Distinct().OrderDescending().ToList();
        text.Append("\n## Share of peak on one thread\n\n");
        AppendCells(text, ["kernel", "tokens × heads", .. widths.Select(width => $"{width} bit")]);
        AppendCells(text, ["---", "---:", .. widths.Select(_ => "---:")]);
        foreach (var kernel in rows.GroupBy(row => (row.Kernel, row.Causal, row.Direction, row.Length, row.Heads)))
        {
            var cells = widths.Select(width => kernel.FirstOrDefault(row => row.Width == width) is { } row
                ? $"{Format.Number(row.PeakShare, "F2")} ({Format.Number(row.Gflops, "F0")} GFLOP/s)"
                : "–");
            var (name, causal, direction, length, heads) = kernel.Key;
            AppendCells(
                text,
                [
                    $"{name}{(causal ? ", causal" : "")}{(direction == "forward" ? "" : $", {direction}")}",
                    $"{Format.Whole(length)} × {Format.Whole(heads)}",
                    .. cells,
                ]);
        }
    }

    private static void AppendCells(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
