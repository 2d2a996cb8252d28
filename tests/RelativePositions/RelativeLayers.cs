#pragma warning disable KGEN042 // A remainder is no range of keys.

namespace KernelGen.Tests.RelativePositions;

[SoftmaxAttention(HeadDim = 16, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 700)]
public sealed partial class Segments;

[SoftmaxAttention(
    HeadDim = 7, ValueDim = 9, Causal = true, Window = 50, Positions = KernelGen.Positions.Relative, Distances = 300)]
public sealed partial class SameLength;

[SoftmaxAttention(
    HeadDim = 5, Causal = true, Window = 20, Sinks = 3, SoftCap = 3, Positions = KernelGen.Positions.Relative, Distances = 500)]
public sealed partial class CappedWithSinks;

[SoftmaxAttention(
    HeadDim = 33, ValueDim = 2, Causal = true, Mask = nameof(Sees), Score = nameof(Bend), Positions = KernelGen.Positions.Relative,
    Distances = 460)]
public sealed partial class Bent
{
    private static bool Sees(int query, int key, int head) => (query - key) % 3 == 0 || key / 16 == query / 16 || head > 0;

    private static float Bend(float score, int query, int key) => (0.7f * score) - (0.01f * (query - key)) + (0.02f * (key % 4));
}

[SoftmaxAttention(HeadDim = 1, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 40)]
public sealed partial class OneNumber;

[SoftmaxAttention(HeadDim = 64, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 1200)]
public sealed partial class Wide;

[SoftmaxAttention(HeadDim = 6, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 24)]
public sealed partial class GoldenFull;

[SoftmaxAttention(HeadDim = 6, Causal = true, Window = 13, Positions = KernelGen.Positions.Relative, Distances = 24)]
public sealed partial class GoldenSameLength;

[SoftmaxAttention(HeadDim = 6, Causal = true, Positions = KernelGen.Positions.Relative, Distances = 22)]
public sealed partial class GoldenCompressed;

[SoftmaxAttention(HeadDim = 64, Causal = true)]
public sealed partial class PlainCausal;
