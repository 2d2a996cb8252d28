namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 64, Features = 256, Normalize = false)]
public sealed partial class FavorGelu;
