namespace KernelGen.Bench.Torch.Peers;

/// <summary>What bounds either side: libtorch's product of two large matrices, and the multiply-adds of a loop in registers.</summary>
/// <param name="Width">The widest vectors that either side might use, in bits.</param>
/// <param name="Threads">Threads.</param>
/// <param name="TorchGflops">GFLOP/s of <c>torch.matmul</c>, [2048 × 2048] each.</param>
/// <param name="PeakGflops">GFLOP/s of the probe that bench/README.md describes.</param>
internal sealed record MatrixRow(int Width, int Threads, double TorchGflops, double PeakGflops);
