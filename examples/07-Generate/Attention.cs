namespace KernelGen.Examples.Generate;

/// <summary>The model's attention while it writes: what a token costs does not depend on how many stand before it.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = TextModel.HeadDim, Features = 128, Causal = true)]
internal sealed partial class Favor;

/// <summary>Exact attention, which remembers every key and value.</summary>
[SoftmaxAttention(HeadDim = TextModel.HeadDim, Causal = true)]
internal sealed partial class Exact;
