using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Roofline;

/// <summary>Everything that a run found, in the order it came.</summary>
internal sealed class RooflineReport
{
    public required string Command { get; init; }

    public List<Row> Rows { get; } = [];

    public List<StepRow> StepRows { get; } = [];

    public List<Ratio> Ratios { get; } = [];

    public List<FirstCall> FirstCalls { get; } = [];

    public List<string> Notes { get; } = [];

    public IReadOnlyDictionary<BenchKernel, int> TextSizes { get; init; } = new Dictionary<BenchKernel, int>();

    /// <summary>The ratios, after the shares of peak that have a target.</summary>
    public IEnumerable<Ratio> Targets => Rows
        .Where(row => row is { Threads: 1, KeyScale: 1 } && row.Width >= 256)
        .Select(row => (Row: row, Target: row switch
        {
            { Kernel: KernelName.Softmax, Direction: "forward", Causal: false } => 0.70,
            { Kernel: KernelName.Softmax, Direction: "backward", Width: 512 } => 0.60,
            { Kernel: KernelName.Exact, Direction: "forward", Causal: false, Width: 512 } => 0.60,
            _ => (double?)null,
        }))
        .Where(item => item.Target is not null)
        .Select(item => new Ratio(
            $"{item.Row.Kernel}, {(item.Row.Causal ? "causal" : "bidirectional")}, {item.Row.Direction}, 1 thread, {item.Row.Width} bit: share of peak",
            item.Row.PeakShare, item.Target))
        .Concat(StepRows.SelectMany(StepPlan.Targets))
        .Concat(Ratios);

    /// <summary>A line for each kernel: what its first call costs at each width, and how large its text is.</summary>
    public IEnumerable<string> CompilationLines()
    {
        foreach (var (kernel, bytes) in FirstCalls.Count == 0 ? new Dictionary<BenchKernel, int>() : TextSizes)
        {
            var calls = FirstCalls.Where(call => call.Kernel == kernel.Name && call.Causal == kernel.Causal)
                .Select(call => FormattableString.Invariant(
                    $"{call.ExtraMilliseconds:F0} ms longer at {call.Width} bit (JIT {call.JitMilliseconds:F0} ms)"));
            var longer = string.Join(", ", calls);
            yield return FormattableString.Invariant($"{kernel}: the first call takes {longer}; {bytes:N0} bytes of text for all widths.");
        }
    }
}
