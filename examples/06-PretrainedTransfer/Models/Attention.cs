namespace KernelGen.Examples.PretrainedTransfer;

// The attention of the model that is trained first, and those that its weights are carried over to.

/// <summary>Exact attention.</summary>
[SoftmaxAttention(HeadDim = TextModel.HeadDim, Causal = true)]
internal sealed partial class Exact;

/// <summary>Positive softmax features.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = TextModel.HeadDim, Features = 128, Causal = true)]
internal sealed partial class Softmax128;

/// <summary>Four times as many.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = TextModel.HeadDim, Features = 512, Causal = true)]
internal sealed partial class Softmax512;

/// <summary>Positive features in pairs of e^x and e^−x.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = TextModel.HeadDim, Features = 128, Causal = true)]
internal sealed partial class Hyperbolic128;

// λ is measured before, on the text that the model learns from: no output depends on a later token of its own.
#pragma warning disable KGEN024

/// <summary>Optimal positive features; their λ is measured on the model's own queries and keys.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = TextModel.HeadDim, Features = 128, Causal = true)]
internal sealed partial class Oprf128;
