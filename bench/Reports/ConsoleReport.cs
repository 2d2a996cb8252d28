using KernelGen.Bench.Roofline;
using Spectre.Console;

namespace KernelGen.Bench.Reports;

internal static class ConsoleReport
{
    public static void Write(RooflineReport report)
    {
        // A pipe has no width; narrow tables would be broken over lines.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 160;
        }

        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < Format.TableHeaders.Count; i++)
        {
            table.AddColumn(new TableColumn(Format.TableHeaders[i]) { Alignment = i < 2 ? Justify.Left : Justify.Right });
        }

        foreach (var row in report.Rows)
        {
            table.AddRow(Format.TableCells(row));
        }

        AnsiConsole.Write(table);
        WriteLines(report.Targets.Select(Format.Target));
        WriteLines(report.Notes);
        WriteLines(report.CompilationLines());
    }

    private static void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine();
    }
}
