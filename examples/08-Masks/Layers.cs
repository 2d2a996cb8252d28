#pragma warning disable KGEN042 // Conditions that save no time are shown too.

namespace KernelGen.Examples.Masks;

[SoftmaxAttention(HeadDim = 64, Causal = true)]
internal sealed partial class CausalAttention;

[SoftmaxAttention(HeadDim = 64, Causal = true, Window = 96)]
internal sealed partial class WindowAttention;

[SoftmaxAttention(HeadDim = 64, Causal = true, Window = 96, Sinks = 4)]
internal sealed partial class WindowWithSinksAttention;

[SoftmaxAttention(HeadDim = 64, Side = 64)]
internal sealed partial class BothSidesAttention;

[SoftmaxAttention(HeadDim = 64, Causal = true, Prefix = 120)]
internal sealed partial class PrefixAttention;

[SoftmaxAttention(HeadDim = 64, Mask = nameof(Sees))]
internal sealed partial class BlocksWithSummariesAttention
{
    private const int Block = 96;

    private static bool Sees(int query, int key) => key <= query && (key / Block == query / Block || key % Block >= Block - 4);
}

[SoftmaxAttention(HeadDim = 64, Mask = nameof(Sees))]
internal sealed partial class StridedAttention
{
    private const int Stride = 32;

    private static bool Sees(int query, int key) => key <= query && (query - key < Stride || (query - key) % Stride == 0);
}

[SoftmaxAttention(HeadDim = 64, Mask = nameof(Sees))]
internal sealed partial class WindowByHeadAttention
{
    private static bool Sees(int query, int key, int head) => key <= query && query - key < 24 << head;
}

[SoftmaxAttention(HeadDim = 64, Causal = true, AlibiHeads = 8, SoftCap = 5)]
internal sealed partial class BentAttention;
