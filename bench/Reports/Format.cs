using System.Globalization;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Reports;

/// <summary>How numbers and rows are spelled, the same in every report.</summary>
internal static class Format
{
    public static readonly IReadOnlyList<string> TableHeaders =
        ["kernel", "direction", "causal", "bits", "threads", "heads", "length", "d", "m", "ms", "GFLOP/s", "share of peak", "repetitions"];

    public static string[] TableCells(Row row) =>
    [
        row.Kernel + (row.KeyScale == 1 ? "" : $", keys × {Number(row.KeyScale, "G")}"), row.Direction, row.Causal ? "yes" : "no",
        Whole(row.Width), Whole(row.Threads), Whole(row.Heads), Whole(row.Length), Whole(row.HeadDim),
        row.Features == 0 ? "–" : Whole(row.Features), Number(row.Milliseconds, "F2"), Number(row.Gflops, "F1"),
        Number(row.PeakShare, "F2"), Whole(row.Repetitions),
    ];

    public static readonly IReadOnlyList<string> StepHeaders =
        [
            "kernel", "bits", "streams", "position", "µs a step", "state kB", "W kB", "probe GB/s", "share, state", "share, state and W",
            "repetitions",
        ];

    public static string[] StepCells(StepRow row) =>
    [
        row.Kernel, Whole(row.Width), Whole(row.Streams), Whole(row.Position), Number(row.Microseconds, "F2"),
        Number(row.StateBytes / 1e3, "F1"), Number(row.ParameterBytes / 1e3, "F1"), Number(row.Bandwidth / 1e9, "F1"),
        Number(row.StateShare, "F2"), Number(row.Share, "F2"), Whole(row.Repetitions),
    ];

    public static string Target(Ratio ratio) =>
        $"{ratio.Name}: {Number(ratio.Value, "F2")} (target {ratio.Target}: {(ratio.IsMet ? "met" : "missed")})";

    public static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
