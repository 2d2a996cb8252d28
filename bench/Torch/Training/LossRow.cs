namespace KernelGen.Bench.Torch.Training;

/// <summary>Two models that begin with the same weights, with libtorch's attention and with KernelGen's.</summary>
/// <param name="Width">The widest vectors that either side might use, in bits.</param>
/// <param name="Steps">Steps of the optimiser.</param>
/// <param name="First">The first loss, in nats.</param>
/// <param name="Last">The last loss of KernelGen's.</param>
/// <param name="LastTorch">That of libtorch's.</param>
/// <param name="Largest">The largest difference of the two at any step.</param>
internal sealed record LossRow(int Width, int Steps, double First, double Last, double LastTorch, double Largest);
