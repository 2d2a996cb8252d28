namespace KernelGen.Examples.LongProteins;

// The four attention layers of this example, whole. Each attribute tells the compiler which layer to write into the partial class below it:
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
