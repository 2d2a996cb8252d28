#pragma warning disable KGEN042 // The strided pattern saves no time; it is here for what it learns.

namespace KernelGen.Examples.LongRange;

// Exact attention: all pairs, and what a query sees of them. A window has as many keys causally as on both sides.

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Causal = true)]
internal sealed partial class CausalExact;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim)]
internal sealed partial class Exact;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Causal = true, AlibiHeads = ModelSizes.Heads)]
internal sealed partial class CausalAlibi;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, AlibiHeads = ModelSizes.Heads)]
internal sealed partial class Alibi;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Causal = true, Window = 128)]
internal sealed partial class CausalWindow;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Side = 64)]
internal sealed partial class Side;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Causal = true, Window = 124, Sinks = 4)]
internal sealed partial class CausalSinks;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Side = 62, Sinks = 4)]
internal sealed partial class SideSinks;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Causal = true, Window = 128, Dilations = [1, 2, 4, 8])]
internal sealed partial class CausalDilated;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Side = 64, Dilations = [1, 2, 4, 8])]
internal sealed partial class Dilated;

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Mask = nameof(Sees))]
internal sealed partial class CausalStrided
{
    private const int Stride = 32;

    private static bool Sees(int query, int key) => key <= query && (query - key < Stride || (query - key) % Stride == 0);
}

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Mask = nameof(Sees))]
internal sealed partial class Strided
{
    private const int Stride = 32;

    private static bool Sees(int query, int key) => Math.Abs(query - key) < Stride / 2 || (query - key) % Stride == 0;
}

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Mask = nameof(Sees))]
internal sealed partial class CausalBlocks
{
    private const int Block = 128;

    private static bool Sees(int query, int key) => key <= query && (key / Block == query / Block || key % Block >= Block - 4);
}

[SoftmaxAttention(HeadDim = ModelSizes.HeadDim, Mask = nameof(Sees))]
internal sealed partial class Blocks
{
    private const int Block = 128;

    private static bool Sees(int query, int key) => key / Block == query / Block || key % Block >= Block - 4;
}

// FAVOR+: 64 features, unless the name says otherwise.

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 64, Causal = true)]
internal sealed partial class CausalFavor;

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 64)]
internal sealed partial class Favor;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = ModelSizes.HeadDim, Features = 64, Causal = true)]
internal sealed partial class CausalFavorRelu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = ModelSizes.HeadDim, Features = 64)]
internal sealed partial class FavorRelu;

// Half lives of 22 to 177 tokens: 1 − 2^(−5−head), as the Retentive Network's heads forget.
[FavorAttention(
    HeadDim = ModelSizes.HeadDim, Features = 64, Causal = true, LogDecays = [-0.031749f, -0.015748f, -0.007843f, -0.003914f])]
internal sealed partial class CausalFavorDecay;

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 16, Causal = true)]
internal sealed partial class CausalFavor16;

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 256, Causal = true)]
internal sealed partial class CausalFavor256;

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 64, Causal = true, Projection = ProjectionKind.Gaussian)]
internal sealed partial class CausalFavorGaussian;

[FavorAttention(HeadDim = ModelSizes.HeadDim, Features = 64, Causal = true, Normalize = false)]
internal sealed partial class CausalFavorUnnormalized;

// Linformer has no causal form: every mixture is of all keys.

[LinformerAttention(
    HeadDim = ModelSizes.HeadDim, MaxLength = ModelSizes.MaxLength, Rank = Mixtures, Sharing = LengthSharing.Heads)]
internal sealed partial class Linformer
{
    /// <summary>The mixtures that queries attend to.</summary>
    public const int Mixtures = 128;
}
