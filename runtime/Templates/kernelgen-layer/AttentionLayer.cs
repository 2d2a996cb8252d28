using KernelGen;

namespace ROOT_NAMESPACE;

#if (isFavor)
/// <summary>FAVOR+ attention (Performer): time grows with the length. KernelGen generates the kernels.</summary>
/// <example><code>
/// var attention = new AttentionLayer(seed: 42);
/// attention.Forward(query, key, value, output, new AttentionShape(batch: 2, heads: 8, length: 4096));
/// </code></example>
#if (causal)
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = HEAD_DIM, Features = FEATURES, Causal = true)]
#else
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = HEAD_DIM, Features = FEATURES)]
#endif
#else
/// <summary>Exact softmax attention: time grows with the square of the length. KernelGen generates the kernels.</summary>
/// <example><code>
/// var attention = new AttentionLayer();
/// attention.Forward(query, key, value, output, new AttentionShape(batch: 2, heads: 8, length: 4096));
/// </code></example>
#if (causal)
[SoftmaxAttention(HeadDim = HEAD_DIM, Causal = true)]
#else
[SoftmaxAttention(HeadDim = HEAD_DIM)]
#endif
#endif
public sealed partial class AttentionLayer;
