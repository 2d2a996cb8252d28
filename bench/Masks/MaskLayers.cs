namespace KernelGen.Bench.Masks;

[SoftmaxAttention(HeadDim = 64, Causal = true, Window = 256)]
public sealed partial class Window256;

[SoftmaxAttention(HeadDim = 64, Side = 128)]
public sealed partial class Side128;

[SoftmaxAttention(HeadDim = 64, Causal = true, Window = 256, Sinks = 4)]
public sealed partial class Window256Sinks4;

[SoftmaxAttention(HeadDim = 64, Causal = true, AlibiHeads = 1)]
public sealed partial class CausalAlibi;

/// <summary>No pattern that has a name: lines that cross, at other slopes than the diagonal's.</summary>
[SoftmaxAttention(HeadDim = 64, Mask = nameof(Sees))]
public sealed partial class Lines
{
    internal static bool Sees(int query, int key, int keys) =>
        (query + key < keys && key + key + key - query > 100) || (query - key < 70 && key + key - query < 500);
}
