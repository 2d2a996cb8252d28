namespace KernelGen.Bench.Gpu;

/// <summary>What the user asked of the GPU report.</summary>
internal sealed record GpuOptions(int Device, FileInfo? Csv, FileInfo? Markdown);
