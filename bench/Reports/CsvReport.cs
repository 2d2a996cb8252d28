using System.Text;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Reports;

/// <summary>The rows for other programs, but for the row with large keys: no column would tell it from the one with common keys.</summary>
internal static class CsvReport
{
    private const string Header =
        "kernel,direction,causal,width,threads,batch,heads,length,headDim,features,milliseconds,gflops,peakShare\n";

    public static string Text(RooflineReport report)
    {
        var text = new StringBuilder(Header);
        foreach (var row in report.Rows.Where(row => row.KeyScale == 1))
        {
            text.AppendJoin(',',
                row.Kernel, row.Direction, row.Causal ? "true" : "false", Format.Whole(row.Width), Format.Whole(row.Threads),
                Format.Whole(row.Batch), Format.Whole(row.Heads), Format.Whole(row.Length), Format.Whole(row.HeadDim),
                Format.Whole(row.Features), Format.Number(row.Milliseconds, "F4"), Format.Number(row.Gflops, "F3"),
                Format.Number(row.PeakShare, "F4")).Append('\n');
        }

        return text.ToString();
    }
}
