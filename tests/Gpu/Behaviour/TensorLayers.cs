namespace KernelGen.Gpu.Tests.Behaviour.Tensor;

// Layers of precision TensorFloat32. Sizes that fill tiles of 16 × 8 × 8, and sizes that do not; states that a group holds in registers,
// and not.

[SoftmaxAttention(HeadDim = 64, Precision = Precision.TensorFloat32)]
public sealed partial class Exact64;

[SoftmaxAttention(HeadDim = 7, ValueDim = 19, Precision = Precision.TensorFloat32)]
public sealed partial class OddExact;

[SoftmaxAttention(HeadDim = 20, ValueDim = 12, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class CausalExact;

[FavorAttention(HeadDim = 64, Features = 256, Precision = Precision.TensorFloat32)]
public sealed partial class Softmax64;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class CausalSoftmax64;

[FavorAttention(HeadDim = 7, ValueDim = 19, Features = 33, Precision = Precision.TensorFloat32)]
public sealed partial class OddSoftmax;

[FavorAttention(HeadDim = 7, ValueDim = 19, Features = 33, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class OddCausalSoftmax;

/// <summary>Warps cannot hold its state, threads can.</summary>
[FavorAttention(HeadDim = 16, ValueDim = 72, Features = 136, Precision = Precision.TensorFloat32)]
public sealed partial class WideSoftmax;

/// <summary>Nobody can, and its tiles have few tokens.</summary>
[FavorAttention(HeadDim = 128, Features = 320, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class LargeCausalSoftmax;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 32, Features = 64, Precision = Precision.TensorFloat32)]
public sealed partial class Hyperbolic32;

[FavorAttention(
    Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true,
    Precision = Precision.TensorFloat32)]
public sealed partial class OddCausalHyperbolic;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 16, Features = 32, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class CausalRelu16;

[FavorAttention(Kernel = KernelFunction.Sigmoid, HeadDim = 8, Features = 20, Precision = Precision.TensorFloat32)]
public sealed partial class Sigmoid8;

[FavorAttention(HeadDim = 16, Features = 48, Projection = ProjectionKind.Hadamard, Precision = Precision.TensorFloat32)]
public sealed partial class Hadamard16;
