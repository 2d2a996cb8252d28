namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 64, Features = 256, Lambda = 16)]
public sealed partial class FavorOprf;
