using KernelGen.Bench.Roofline;
using Spectre.Console;

namespace KernelGen.Bench.Reports;

internal static class ConsoleReport
{
    public static void Write(RooflineReport report)
    {
        WriteTable(Format.TableHeaders, 3, report.Rows.Select(Format.TableCells));
        WriteTable(Format.StepHeaders, 1, report.StepRows.Select(Format.StepCells));
        WriteLines(report.Targets.Select(Format.Target));
        WriteLines(report.Notes);
        WriteLines(report.CompilationLines());
    }

    /// <param name="headers">One for each column.</param>
    /// <param name="texts">The first columns, which are texts; the others are numbers.</param>
    /// <param name="rows">The cells of each row.</param>
    public static void WriteTable(IReadOnlyList<string> headers, int texts, IEnumerable<string[]> rows)
    {
        // A pipe has no width; narrow tables would be broken over lines.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 160;
        }

        var cells = rows.ToList();
        if (cells.Count == 0)
        {
            return; // a run of steps alone has no other rows
        }

        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < headers.Count; i++)
        {
            table.AddColumn(new TableColumn(headers[i]) { Alignment = i < texts ? Justify.Left : Justify.Right });
        }

        foreach (var row in cells)
        {
            table.AddRow(row);
        }

        AnsiConsole.Write(table);
    }

    public static void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine();
    }
}
