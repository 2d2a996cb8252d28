namespace KernelGen.Bench.Kernels;

[SoftmaxAttention(HeadDim = 64)]
public sealed partial class ExactSoftmax;

[SoftmaxAttention(HeadDim = 64, Causal = true)]
public sealed partial class ExactSoftmaxCausal;
