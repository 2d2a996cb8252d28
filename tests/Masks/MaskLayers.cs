#pragma warning disable KGEN042 // Masks that save no time are masks too.

namespace KernelGen.Tests.Masks;

/// <summary>A window smaller than every tile.</summary>
[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 5)]
public sealed partial class Window5;

/// <summary>A window of a tile of 48 keys.</summary>
[SoftmaxAttention(HeadDim = 16, ValueDim = 8, Causal = true, Window = 48)]
public sealed partial class Window48;

/// <summary>A window larger than a tile of queries.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 250)]
public sealed partial class Window250;

/// <summary>A query sees itself alone.</summary>
[SoftmaxAttention(HeadDim = 5, ValueDim = 3, Causal = true, Window = 1)]
public sealed partial class Window1;

[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 20, Sinks = 3)]
public sealed partial class SinkWindow;

[SoftmaxAttention(HeadDim = 16, Side = 30)]
public sealed partial class SideWindow;

[SoftmaxAttention(HeadDim = 12, Side = 7, Sinks = 50)]
public sealed partial class SideSinks;

[SoftmaxAttention(HeadDim = 16, Causal = true, Prefix = 60)]
public sealed partial class PrefixCausal;

[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 10, Sinks = 2, Prefix = 4)]
public sealed partial class AllOptions;

/// <summary>Causal, in blocks, and the last key of each block: Child et al., "Sparse Transformers", arXiv:1904.10509, "fixed".</summary>
[SoftmaxAttention(HeadDim = 16, Mask = nameof(Sees))]
public sealed partial class FixedBlocks
{
    private const int Block = 20;

    private static bool Sees(int query, int key) => key <= query && (key / Block == query / Block || key % Block >= Block - 3);
}

/// <summary>Every third key.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Mask = nameof(IsStep))]
public sealed partial class Strided
{
    private static bool IsStep(int key, int query) => (query - key) % 3 == 0;
}

/// <summary>A window by head, with sinks.</summary>
[SoftmaxAttention(HeadDim = 16, Mask = nameof(Sees))]
public sealed partial class WindowByHead
{
    private static bool Sees(int query, int key, int head) => key <= query && (query - key < 4 << head || key < 2);
}

/// <summary>Whatever C# allows in a mask.</summary>
[SoftmaxAttention(HeadDim = 16, ValueDim = 24, Mask = nameof(Sees))]
public sealed partial class EverythingMask
{
    private static bool Sees(int query, int key, int head, int keys)
    {
        var distance = Math.Abs(query - key);
        if (head == 1)
        {
            return distance <= 9;
        }

        var reach = query >= keys / 2 ? 60 : 15;
        if (key is >= 30 and < 33 or 40)
        {
            return true;
        }

        return IsNear(distance, reach) && !(key == query - 2) && (Math.Max(key, 5) + head) % 4 != 1;
    }

    private static bool IsNear(int distance, int reach) => distance * 2 - reach < reach && -distance >= -((reach >> 1) * 3);
}

/// <summary>No bound on either side: every tile is visited.</summary>
[SoftmaxAttention(HeadDim = 16, Mask = nameof(Sees))]
public sealed partial class Checkered
{
    private static bool Sees(int query, int key) => (query + key) / 7 % 2 == 0;
}

/// <summary>Windows of which each head has its own step.</summary>
[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 6, Dilations = new[] { 1, 3, 17 })]
public sealed partial class DilatedWindow;

[SoftmaxAttention(HeadDim = 12, ValueDim = 8, Side = 9, Sinks = 2, Dilations = new[] { 5, 1, 5 })]
public sealed partial class DilatedSides;

/// <summary>One step for all heads, and a bias.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 40, Sinks = 3, Dilations = new[] { 2, 2, 2 }, AlibiHeads = 3)]
public sealed partial class DilatedAlibi;

[SoftmaxAttention(HeadDim = 16, Causal = true, AlibiHeads = 3)]
public sealed partial class AlibiCausal;

[SoftmaxAttention(HeadDim = 16, Side = 40, AlibiHeads = 3, SoftCap = 2)]
public sealed partial class AlibiSide;

/// <summary>A score of everything that C# allows there.</summary>
[SoftmaxAttention(HeadDim = 12, Mask = nameof(Sees), Score = nameof(Bend))]
public sealed partial class BentWindow
{
    private static bool Sees(int query, int key) => key <= query && (query - key < 50 || key < 2);

    private static float Bend(float score, int query, int key, int head)
    {
        var distance = query - key;
        score = score > 0.37f ? 0.37f + (score - 0.37f) / 2 : score;
        if (distance > 30)
        {
            return score;
        }

        var bent = 3 * MathF.Tanh(score / 3) - 0.05f * distance * (head + 1);
        return key % 4 == 0 ? bent + 0.25f * (key < 2 ? 1 : key / 8) : bent;
    }
}

/// <summary>A score that is infinite where it is not to be evaluated.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Score = nameof(Bend))]
public sealed partial class LogDistance
{
    private static float Bend(float score, int query, int key) => score - 0.3f * MathF.Log(1 + query - key);
}

/// <summary>A score of positions alone.</summary>
[SoftmaxAttention(HeadDim = 8, Score = nameof(Bend))]
public sealed partial class PositionsAlone
{
    private static float Bend(int key, int query) => -0.1f * Math.Abs(key - query);
}

/// <summary>Numbers that an int holds for 21,475 positions.</summary>
[SoftmaxAttention(HeadDim = 1, Mask = nameof(Sees))]
public sealed partial class FarApart
{
    private static bool Sees(int query, int key) => query * 100_000 / 100_000 - key < 3 && key <= query;
}

/// <summary>Numbers that an int holds for 23 heads.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Mask = nameof(Sees))]
public sealed partial class WideByHead
{
    private static bool Sees(int query, int key, int head) => query - key < 256 << head;
}
