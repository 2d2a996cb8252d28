#pragma warning disable KGEN042 // Masks that save no time are masks too.

namespace KernelGen.Tests.Masks;

/// <summary>Documents that lie one after the other, written token by token.</summary>
[SoftmaxAttention(HeadDim = 16, ValueDim = 24, Mask = nameof(Sees))]
public sealed partial class Documents
{
    private static bool Sees(int query, int key, [PerToken] int queryDocument, [PerToken] int keyDocument) =>
        key <= query && queryDocument == keyDocument;
}

/// <summary>A window within documents, whose rows are forgotten in decoding.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 40, Sinks = 2, Mask = nameof(IsSameDocument))]
public sealed partial class DocumentWindow
{
    private static bool IsSameDocument([PerToken] int keyDocument, [PerToken] int queryDocument) => keyDocument == queryDocument;
}

/// <summary>Keys that all see, and a window on both sides: a number of keys alone.</summary>
[SoftmaxAttention(HeadDim = 12, Mask = nameof(Sees))]
public sealed partial class GlobalTokens
{
    private static bool Sees(int query, int key, [PerToken] int keyIsGlobal) => keyIsGlobal != 0 || Math.Abs(query - key) <= 20;
}

/// <summary>A number that is a position: where the part begins that a query sees.</summary>
[SoftmaxAttention(HeadDim = 5, ValueDim = 3, Causal = true, Mask = nameof(Sees))]
public sealed partial class SeesFrom
{
    private static bool Sees(int key, [PerToken] int queryStart) => key >= queryStart;
}

/// <summary>Two kinds of numbers, in a mask and in a score, with all that C# does to them.</summary>
[SoftmaxAttention(HeadDim = 8, Mask = nameof(Sees), Score = nameof(Bend))]
public sealed partial class Speakers
{
    private static bool Sees(
        int query, int key, int head, [PerToken] int querySpeaker, [PerToken] int keySpeaker, [PerToken] int keyTime) =>
        key <= query && keySpeaker != 3 && (querySpeaker <= keySpeaker + 1 || keyTime / 7 % 2 == head || query == key);

    private static float Bend(
        float score, [PerToken] int queryTime, [PerToken] int keyTime, [PerToken] int querySpeaker, [PerToken] int keySpeaker, int head)
    {
        var bent = score - (0.01f * (queryTime - keyTime) * (head + 1));
        return querySpeaker == keySpeaker ? (2 * MathF.Tanh(bent / 2)) + 0.25f : bent;
    }
}

/// <summary>A number of each token that only a score asks for; every query sees every key.</summary>
[SoftmaxAttention(HeadDim = 16, Score = nameof(Bend))]
public sealed partial class SegmentScore
{
    private static float Bend(float score, [PerToken] int querySegment, [PerToken] int keySegment, int query, int key) =>
        querySegment < keySegment ? score / 2 : score - (0.1f * Math.Min(Math.Max(query - key, 0), keySegment));
}
