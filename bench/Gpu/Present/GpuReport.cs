namespace KernelGen.Bench.Gpu;

/// <summary>Everything that a run on a device found.</summary>
internal sealed class GpuReport
{
    public required string Device { get; init; }

    public List<GpuRow> Rows { get; } = [];

    /// <summary>Agreement with the CPU, and what was left out and why.</summary>
    public List<string> Notes { get; } = [];
}
