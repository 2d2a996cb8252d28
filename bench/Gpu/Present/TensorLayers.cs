namespace KernelGen.Bench.Gpu;

// FavorSoftmax and FavorSoftmaxCausal for tensor cores: beside the others these would be measured on the CPU too, where they are the same.

[FavorAttention(HeadDim = 64, Features = 256, Precision = Precision.TensorFloat32)]
public sealed partial class TensorSoftmax;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true, Precision = Precision.TensorFloat32)]
public sealed partial class TensorSoftmaxCausal;
