namespace KernelGen.Bench.Roofline;

/// <summary>One measured row of the table; medians over the repetitions.</summary>
/// <param name="KeyScale">The factor on the keys: 1, but for the row that looks for subnormal numbers.</param>
/// <param name="PeakShare">The median of the per-repetition shares, not the share of the medians.</param>
internal sealed record Row(
    string Kernel, string Direction, bool Causal, int Width, int Threads, int Batch, int Heads, int Length, int HeadDim, int Features,
    float KeyScale, double Milliseconds, double Gflops, double PeakShare, int Repetitions);
