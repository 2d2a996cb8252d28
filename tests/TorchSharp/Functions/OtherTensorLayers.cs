namespace KernelGen.TorchSharp.Tests;

// Layers whose calls take more than queries, keys and values: matrices that heads share, decays, a learned table, numbers of tokens.

[LinformerAttention(HeadDim = 8, ValueDim = 6, MaxLength = 40, Rank = 5, Sharing = LengthSharing.Heads)]
public sealed partial class Mixtures;

[LinformerAttention(HeadDim = 8, MaxLength = 40, Rank = 5, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class SquareMixtures;

[FavorAttention(HeadDim = 8, ValueDim = 6, Features = 24, Causal = true, TokenDecay = true)]
public sealed partial class Fading;

[SoftmaxAttention(HeadDim = 8, ValueDim = 6, Mask = nameof(Sees), Score = nameof(Bend))]
public sealed partial class BiasedDocuments
{
    private static bool Sees(int query, int key, [PerToken] int queryDocument, [PerToken] int keyDocument) =>
        queryDocument == keyDocument;

    private static float Bend(float score, int query, int key, [Learned(9)] ReadOnlySpan<float> bias) =>
        score + bias[Math.Clamp(query - key + 4, 0, 8)];
}
