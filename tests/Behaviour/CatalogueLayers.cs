namespace KernelGen.Tests.Behaviour.Catalogues;

// Layers for single tests: item sets of many items with short values, of enough orthogonal blocks for standard errors; and a λ from
// outside.

[FavorAttention(HeadDim = 16, ValueDim = 4, Features = 64)]
public sealed partial class Catalogue;

[FavorAttention(HeadDim = 16, ValueDim = 4, Features = 256)]
public sealed partial class WideCatalogue;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 16, ValueDim = 4, Features = 512)]
public sealed partial class HyperbolicCatalogue;

/// <summary>A layer that declares no λ.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 16, Features = 32)]
public sealed partial class Asking;

#pragma warning disable KGEN024 // Nothing is measured here.
/// <summary>A causal one.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 16, Features = 32, Causal = true)]
public sealed partial class CausalAsking;
#pragma warning restore KGEN024
