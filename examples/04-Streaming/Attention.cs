namespace KernelGen.Examples.Streaming;

// The attention layers of this example, whole. Both are causal, which is what makes them decode a token at a time.

/// <summary>FAVOR+: what it remembers of the tokens so far has a constant size, and so has a token a constant cost.</summary>
[FavorAttention(HeadDim = 64, Features = 256, Causal = true)]
internal sealed partial class StreamingFavor;

/// <summary>Exact softmax attention: it remembers every key and value, and goes through all of them for each token.</summary>
[SoftmaxAttention(HeadDim = 64, Causal = true)]
internal sealed partial class StreamingExact;
