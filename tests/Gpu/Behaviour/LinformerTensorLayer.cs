namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>A state of two matrices, on tensor cores where there are any.</summary>
[LinformerAttention(HeadDim = 24, ValueDim = 16, MaxLength = 50, Rank = 40, Precision = Precision.TensorFloat32)]
public sealed partial class TensorMixtures;
