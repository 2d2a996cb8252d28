namespace KernelGen.Bench.Kernels;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256)]
public sealed partial class FavorSoftmax;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorSoftmaxCausal;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256)]
public sealed partial class FavorHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorHyperbolicCausal;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256)]
public sealed partial class FavorRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class FavorReluCausal;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard)]
public sealed partial class FavorHadamard;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard, Causal = true)]
public sealed partial class FavorHadamardCausal;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 64, Features = 256, Lambda = 16)]
public sealed partial class FavorOprf;

[FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 64, Features = 256, Normalize = false)]
public sealed partial class FavorGelu;

[SoftmaxAttention(HeadDim = 64)]
public sealed partial class ExactSoftmax;

[SoftmaxAttention(HeadDim = 64, Causal = true)]
public sealed partial class ExactSoftmaxCausal;
