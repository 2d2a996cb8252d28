namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256)]
public sealed partial class FavorSoftmax;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorSoftmaxCausal;
