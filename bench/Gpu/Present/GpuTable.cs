using System.Text;
using KernelGen.Bench.Reports;
using Spectre.Console;

namespace KernelGen.Bench.Gpu;

/// <summary>The rows as a table on the console, as CSV and as Markdown.</summary>
internal static class GpuTable
{
    /// <summary>The first columns, which are words.</summary>
    private const int TextColumns = 4;

    private static readonly string[] Headers =
        [
            "kernel", "direction", "causal", "precision", "batch", "heads", "length", "d", "m", "ms", "GFLOP/s", "share of float32 peak",
            "tokens/s", "scratch bytes", "repetitions",
        ];

    public static void Write(GpuReport report)
    {
        // A pipe has no width; narrow tables would be broken over lines.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 160;
        }

        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < Headers.Length; i++)
        {
            table.AddColumn(new TableColumn(Headers[i]) { Alignment = i < TextColumns ? Justify.Left : Justify.Right });
        }

        report.Rows.ForEach(row => table.AddRow(Cells(row)));
        Console.WriteLine(report.Device);
        AnsiConsole.Write(table);
        report.Notes.ForEach(Console.WriteLine);
    }

    public static string Csv(GpuReport report)
    {
        var text = new StringBuilder(
            "kernel,direction,causal,device,precision,batch,heads,length,headDim,features,milliseconds,gflops,peakShare,tokensPerSecond,scratchBytes\n");
        foreach (var row in report.Rows)
        {
            text.AppendJoin(',',
                row.Kernel, row.Direction, row.Causal ? "true" : "false", $"\"{report.Device.Replace("\"", "\"\"")}\"", row.Precision,
                Format.Whole(row.Batch), Format.Whole(row.Heads), Format.Whole(row.Length), Format.Whole(row.HeadDim),
                Format.Whole(row.Features), Format.Number(row.Milliseconds, "F4"), Format.Number(row.Gflops, "F3"),
                row.PeakShare is { } share ? Format.Number(share, "F4") : "", Format.Number(row.TokensPerSecond, "F0"),
                Format.Number(row.ScratchBytes, "F0")).Append('\n');
        }

        return text.ToString();
    }

    public static string Markdown(GpuReport report)
    {
        var text = new StringBuilder("# GPU report\n\nMeasured by `dotnet run -c Release -p:Ilgpu=true --project bench -- gpu`, on ")
            .Append(report.Device).Append("; README.md says what the numbers mean.\n\n");
        Append(text, Headers);
        Append(text, Headers.Select((_, i) => i < TextColumns ? "---" : "---:"));
        report.Rows.ForEach(row => Append(text, Cells(row)));
        text.Append('\n');
        report.Notes.ForEach(note => text.Append($"- {note}\n"));
        return text.ToString();
    }

    private static string[] Cells(GpuRow row) =>
    [
        row.Kernel, row.Direction, row.Causal ? "yes" : "no", row.Precision, Format.Whole(row.Batch), Format.Whole(row.Heads),
        Format.Whole(row.Length), Format.Whole(row.HeadDim), Format.Whole(row.Features), Format.Number(row.Milliseconds, "F3"),
        Format.Number(row.Gflops, "N1"), row.PeakShare is { } share ? Format.Number(share, "F2") : "–",
        Format.Number(row.TokensPerSecond, "N0"), Format.Number(row.ScratchBytes, "N0"), Format.Whole(row.Repetitions),
    ];

    private static void Append(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
