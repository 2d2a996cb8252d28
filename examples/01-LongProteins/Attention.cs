namespace KernelGen.Examples.LongProteins;

// The attention layers of this example, whole. Each attribute tells the compiler which layer to write into the partial class below it:
// the generated text (kernels for 512, 256 and 128 bit vectors) appears in your editor under Dependencies, Analyzers, KernelGen.Generator.

/// <summary>Exact softmax attention over the whole sequence: time grows with the square of its length.</summary>
[SoftmaxAttention(HeadDim = 64)]
internal sealed partial class ExactBidirectional;

/// <summary>Exact softmax attention in which a token sees itself and the tokens before it.</summary>
[SoftmaxAttention(HeadDim = 64, Causal = true)]
internal sealed partial class ExactCausal;

/// <summary>The Performer's FAVOR+ estimate of <see cref="ExactBidirectional"/>: time grows with the length.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256)]
internal sealed partial class FavorBidirectional;

/// <summary>The Performer's FAVOR+ estimate of <see cref="ExactCausal"/>.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
internal sealed partial class FavorCausal;

// The same estimate with fewer and with more features, for the table of errors against features.

/// <summary><see cref="FavorBidirectional"/> with 16 features.</summary>
[FavorAttention(HeadDim = 64, Features = 16)]
internal sealed partial class Favor16;

/// <summary><see cref="FavorBidirectional"/> with 64 features.</summary>
[FavorAttention(HeadDim = 64, Features = 64)]
internal sealed partial class Favor64;

/// <summary><see cref="FavorBidirectional"/> with 1,024 features.</summary>
[FavorAttention(HeadDim = 64, Features = 1024)]
internal sealed partial class Favor1024;
