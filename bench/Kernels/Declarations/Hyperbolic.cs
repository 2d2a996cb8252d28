namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256)]
public sealed partial class FavorHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorHyperbolicCausal;
