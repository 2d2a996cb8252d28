namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard)]
public sealed partial class FavorHadamard;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard, Causal = true)]
public sealed partial class FavorHadamardCausal;
