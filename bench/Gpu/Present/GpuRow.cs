namespace KernelGen.Bench.Gpu;

/// <summary>One measured row; medians over the repetitions.</summary>
/// <param name="PeakShare">
/// The median of the per-repetition shares, not the share of the medians; null where the device has no peak to speak of.
/// </param>
internal sealed record GpuRow(
    string Kernel, string Direction, bool Causal, string Precision, int Batch, int Heads, int Length, int HeadDim, int Features,
    double Milliseconds, double Gflops, double? PeakShare, double TokensPerSecond, long ScratchBytes, int Repetitions);
