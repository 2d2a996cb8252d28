namespace KernelGen.Tests.Behaviour;

// The layers that the behaviour tests run: the sizes of the golden vectors, the sizes people use, and sizes that fit no vector width.

[FavorAttention(HeadDim = 16, Features = 32)]
public sealed partial class Softmax16;

[FavorAttention(HeadDim = 16, Features = 32, Causal = true)]
public sealed partial class CausalSoftmax16;

[FavorAttention(HeadDim = 8, Features = 20)]
public sealed partial class Softmax8;

[FavorAttention(HeadDim = 8, Features = 20, Causal = true)]
public sealed partial class CausalSoftmax8;

[FavorAttention(HeadDim = 32, Features = 64)]
public sealed partial class Softmax32;

[FavorAttention(HeadDim = 64, Features = 256)]
public sealed partial class Softmax64;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class CausalSoftmax64;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 16, Features = 32)]
public sealed partial class Relu16;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 16, Features = 32, Causal = true)]
public sealed partial class CausalRelu16;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 20)]
public sealed partial class Relu8;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 8, Features = 20, Causal = true)]
public sealed partial class CausalRelu8;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 32, Features = 64, Epsilon = 0.001f)]
public sealed partial class Relu32;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256)]
public sealed partial class Hyperbolic64;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22)]
public sealed partial class OddHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)]
public sealed partial class OddCausalHyperbolic;

[FavorAttention(HeadDim = 7, ValueDim = 19, Features = 33)]
public sealed partial class OddSoftmax;

[FavorAttention(HeadDim = 7, ValueDim = 19, Features = 33, Causal = true)]
public sealed partial class OddCausalSoftmax;

[FavorAttention(HeadDim = 1, ValueDim = 1, Features = 1, Causal = true)]
public sealed partial class TinyCausalSoftmax;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 1, ValueDim = 2, Features = 3, Epsilon = 0.25f)]
public sealed partial class TinyRelu;

[FavorAttention(HeadDim = 80, ValueDim = 72, Features = 136)]
public sealed partial class WideSoftmax;

[SoftmaxAttention(HeadDim = 16)]
public sealed partial class Exact16;

[SoftmaxAttention(HeadDim = 16, Causal = true)]
public sealed partial class CausalExact16;

[SoftmaxAttention(HeadDim = 8)]
public sealed partial class Exact8;

[SoftmaxAttention(HeadDim = 8, Causal = true)]
public sealed partial class CausalExact8;

[SoftmaxAttention(HeadDim = 32)]
public sealed partial class Exact32;

[SoftmaxAttention(HeadDim = 64)]
public sealed partial class Exact64;

[SoftmaxAttention(HeadDim = 7, ValueDim = 19)]
public sealed partial class OddExact;

[SoftmaxAttention(HeadDim = 7, ValueDim = 19, Causal = true)]
public sealed partial class OddCausalExact;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 16, Features = 32, Lambda = 8)]
public sealed partial class Oprf16;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 7, ValueDim = 19, Features = 33, Causal = true, Lambda = 2)]
public sealed partial class OddCausalOprf;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 16, Features = 32)]
public sealed partial class Exponential16;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 8, Features = 20, Causal = true)]
public sealed partial class CausalExponential8;

[FavorAttention(HeadDim = 16, Features = 32, Projection = ProjectionKind.Hadamard)]
public sealed partial class Hadamard16;

[FavorAttention(
    Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 74, Causal = true,
    Projection = ProjectionKind.Hadamard)]
public sealed partial class OddCausalHadamard;

[FavorAttention(HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard)]
public sealed partial class Hadamard64;

[FavorAttention(HeadDim = 16, Features = 48, Causal = true, Projection = ProjectionKind.Hadamard)]
public sealed partial class CausalHadamard16;

[FavorAttention(
    Kernel = KernelFunction.Relu, HeadDim = 3, ValueDim = 2, Features = 10, Causal = true, Projection = ProjectionKind.Hadamard)]
public sealed partial class SmallHadamardRelu;
