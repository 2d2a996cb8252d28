namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Bands on tensor cores where there are any.</summary>
[SoftmaxAttention(
    HeadDim = 24, ValueDim = 16, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 80,
    Precision = Precision.TensorFloat32)]
public sealed partial class TensorRelative;
