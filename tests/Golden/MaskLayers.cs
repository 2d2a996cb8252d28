#pragma warning disable KGEN042 // Strides and summaries are no ranges of keys.

namespace KernelGen.Tests.Golden;

/// <summary>Windows of four tokens that are as far apart as the head says: Longformer, causal.</summary>
[SoftmaxAttention(HeadDim = 8, Mask = nameof(Sees))]
public sealed partial class LongformerCausal
{
    private const int Window = 4;

    private static bool Sees(int query, int key, int head)
    {
        var distance = query - key;
        return head == 0 ? IsStep(distance, 1) : head == 1 ? IsStep(distance, 2) : IsStep(distance, 3);
    }

    private static bool IsStep(int distance, int dilation) =>
        distance >= 0 && distance < Window * dilation && distance % dilation == 0;
}

/// <summary>As many tokens on both sides: Longformer.</summary>
[SoftmaxAttention(HeadDim = 8, Mask = nameof(Sees))]
public sealed partial class LongformerSides
{
    private const int Side = 3;

    private static bool Sees(int query, int key, int head)
    {
        var distance = Math.Abs(query - key);
        if (head == 0)
        {
            return distance <= Side;
        }

        return head == 1 ? distance <= 2 * Side && distance % 2 == 0 : distance <= 3 * Side && distance % 3 == 0;
    }
}

/// <summary>The same by options.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 4, Dilations = new[] { 1, 2, 3 })]
public sealed partial class LongformerWindow;

/// <summary>The same on both sides.</summary>
[SoftmaxAttention(HeadDim = 8, Side = 3, Dilations = new[] { 1, 2, 3 })]
public sealed partial class LongformerSide;

/// <summary>Heads of the Sparse Transformer: local, strided, and fixed with the last or the middle two keys of each block.</summary>
[SoftmaxAttention(HeadDim = 6, Causal = true, Mask = nameof(Sees))]
public sealed partial class SparseTransformer
{
    private const int Stride = 8;

    private static bool Sees(int query, int key, int head)
    {
        if (head < 2)
        {
            return head == 0 ? query - key < Stride : (query - key) % Stride == 0;
        }

        var summary = head == 2 ? 6 : 4;
        var place = key % Stride;
        return query / Stride == key / Stride || (place >= summary && place < summary + 2);
    }
}

/// <summary>A causal window with keys that all see, and a score that is bent: all in methods.</summary>
[SoftmaxAttention(HeadDim = 6, Mask = nameof(Sees), Score = nameof(Bend))]
public sealed partial class BentByMethods
{
    private static bool Sees(int query, int key) => key <= query && (query - key < 12 || key < 3);

    private static float Bend(float score, int query, int key) => 5 * MathF.Tanh(score / 5) - 0.05f * (query - key);
}

/// <summary>The same by options, as far as there are options.</summary>
[SoftmaxAttention(HeadDim = 6, Causal = true, Window = 12, Sinks = 3, SoftCap = 5, Score = nameof(Fade))]
public sealed partial class BentByOptions
{
    private static float Fade(float score, int query, int key) => score - 0.05f * (query - key);
}
