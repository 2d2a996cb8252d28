using KernelGen.Tests.Decay;

// A namespace of its own: it is too slow for the tests of every layer.
namespace KernelGen.Gpu.Tests.Decay.Large;

[FavorAttention(HeadDim = 20, ValueDim = 9, Features = 2050, Causal = true, TokenDecay = true)]
public sealed partial class ManyFeatures : IFadingAttention;
