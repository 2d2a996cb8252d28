namespace KernelGen.Examples.ProteinPerformer;

// One declaration for each attention and task. All have the head dimension of ModelSettings.

/// <summary>Exact attention.</summary>
[SoftmaxAttention(HeadDim = ModelSettings.HeadDim)]
internal sealed partial class Exact;

/// <summary>Exact attention over the past.</summary>
[SoftmaxAttention(HeadDim = ModelSettings.HeadDim, Causal = true)]
internal sealed partial class CausalExact;

/// <summary>FAVOR+ with the ReLU kernel, which estimates no softmax: "generalized attention" in the paper.</summary>
[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = ModelSettings.HeadDim, Features = 128)]
internal sealed partial class Relu128;

/// <summary>The same over the past.</summary>
[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = ModelSettings.HeadDim, Features = 128, Causal = true)]
internal sealed partial class CausalRelu128;

/// <summary>FAVOR+ with softmax features.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = ModelSettings.HeadDim, Features = 64)]
internal sealed partial class Softmax64;

/// <summary>The same over the past.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = ModelSettings.HeadDim, Features = 64, Causal = true)]
internal sealed partial class CausalSoftmax64;

/// <summary>With four times as many features.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = ModelSettings.HeadDim, Features = 256)]
internal sealed partial class Softmax256;

/// <summary>The same over the past.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = ModelSettings.HeadDim, Features = 256, Causal = true)]
internal sealed partial class CausalSoftmax256;
