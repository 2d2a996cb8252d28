namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256)]
public sealed partial class FavorRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorReluCausal;
