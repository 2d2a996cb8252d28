namespace KernelGen.Bench.Kernels;

/// <summary>A layer that is never measured: calling it compiles the part of the runtime that all layers share.</summary>
[SoftmaxAttention(HeadDim = 16)]
public sealed partial class SmallLayer;
