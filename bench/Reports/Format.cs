using System.Globalization;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Reports;

/// <summary>How numbers and rows are spelled, the same in every report.</summary>
internal static class Format
{
    public static readonly IReadOnlyList<string> TableHeaders =
        ["kernel", "causal", "bits", "threads", "heads", "length", "d", "m", "ms", "GFLOP/s", "share of peak", "repetitions"];

    public static string[] TableCells(Row row) =>
    [
        row.Kernel + (row.KeyScale == 1 ? "" : $", keys × {Number(row.KeyScale, "G")}"), row.Causal ? "yes" : "no",
        Whole(row.Width), Whole(row.Threads), Whole(row.Heads), Whole(row.Length), Whole(row.HeadDim),
        row.Features == 0 ? "–" : Whole(row.Features), Number(row.Milliseconds, "F2"), Number(row.Gflops, "F1"),
        Number(row.PeakShare, "F2"), Whole(row.Repetitions),
    ];

    public static string Target(Ratio ratio) =>
        $"{ratio.Name}: {Number(ratio.Value, "F2")} (target {ratio.Target}: {(ratio.IsMet ? "met" : "missed")})";

    public static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
