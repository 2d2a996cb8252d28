namespace KernelGen.Tests.Masks;

/// <summary>T5's relative position bias: Raffel et al., arXiv:1910.10683, here with plain distances for buckets; for 3 heads.</summary>
[SoftmaxAttention(HeadDim = 16, ValueDim = 24, Score = nameof(Bend))]
public sealed partial class RelativeBias
{
    private const int Heads = 3, Reach = 20, Row = (2 * Reach) + 1;

    private static float Bend(
        float score, int query, int key, int head, [Learned(Heads * Row)] ReadOnlySpan<float> bias) =>
        score + bias[(head * Row) + Math.Clamp(query - key, -Reach, Reach) + Reach];
}

/// <summary>Causal, in a window: one table for all heads, which scales scores beside a bias.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 50, Score = nameof(Bend))]
public sealed partial class ScaledByDistance
{
    private static float Bend(
        float score, int query, int key, [Learned(40)] ReadOnlySpan<float> scale, [Learned(5)] ReadOnlySpan<float> bias)
    {
        var near = Math.Min(query - key, 39);
        var scaled = score * scale[Math.Max(near, 0)];
        return key % 2 == 0 ? (3 * MathF.Tanh(scaled / 3)) + bias[key % 5] : scaled + bias[4];
    }
}

/// <summary>A table of one number: a temperature.</summary>
[SoftmaxAttention(HeadDim = 8, Score = nameof(Bend))]
public sealed partial class OneNumber
{
    private static float Bend(float score, [Learned(1)] ReadOnlySpan<float> scale) => score * scale[0];
}

/// <summary>A table of more numbers than a group of a GPU has threads, neighbours of which are far apart; near keys are seen.</summary>
[SoftmaxAttention(HeadDim = 8, ValueDim = 4, Side = 30, Score = nameof(Bend))]
public sealed partial class ManyNumbers
{
    private static float Bend(float score, int query, int key, [Learned(700)] ReadOnlySpan<float> bias) =>
        score + bias[(key % 35 * 20) + (query % 20)];
}

/// <summary>A bias of each pair of kinds of tokens.</summary>
[SoftmaxAttention(HeadDim = 12, Mask = nameof(Sees), Score = nameof(Bend))]
public sealed partial class BiasOfKinds
{
    private static bool Sees(int query, int key, [PerToken] int keyKind) => key <= query && keyKind >= 0;

    private static float Bend(
        float score, [PerToken] int queryKind, [PerToken] int keyKind, [Learned(16)] ReadOnlySpan<float> bias) =>
        score + bias[(4 * Math.Clamp(queryKind, 0, 3)) + Math.Clamp(keyKind, 0, 3)];
}
