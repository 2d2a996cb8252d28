namespace KernelGen.Bench.Relative;

[SoftmaxAttention(HeadDim = 64, Causal = true, Positions = Positions.Relative, Distances = 4096)]
public sealed partial class RelativeAttention;

[SoftmaxAttention(HeadDim = 64, Causal = true)]
public sealed partial class PlainAttention;
