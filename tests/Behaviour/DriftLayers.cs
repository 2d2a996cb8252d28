namespace KernelGen.Tests.Behaviour.Drifting;

// Small layers for sums over millions of tokens, and layers whose sums over features are long.

[FavorAttention(HeadDim = 1, Features = 2)]
public sealed partial class TinySoftmax;

[FavorAttention(HeadDim = 1, Features = 2, Causal = true)]
public sealed partial class TinyCausalSoftmax;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 1, Features = 2, Causal = true)]
public sealed partial class TinyCausalExponential;

[FavorAttention(Kernel = KernelFunction.EluPlusOne, HeadDim = 1, Features = 2, Causal = true)]
public sealed partial class TinyCausalElu;

[FavorAttention(Kernel = KernelFunction.EluPlusOne, HeadDim = 1, Features = 2)]
public sealed partial class TinyElu;

[SoftmaxAttention(HeadDim = 1)]
public sealed partial class TinyExact;

[SoftmaxAttention(HeadDim = 1, Causal = true)]
public sealed partial class TinyCausalExact;

[FavorAttention(HeadDim = 2, Features = 4096, Causal = true)]
public sealed partial class CausalOfManyFeatures;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 3, ValueDim = 2, Features = 4086)]
public sealed partial class OddlyManyFeatures;

[SoftmaxAttention(HeadDim = 1023, ValueDim = 3)]
public sealed partial class LongKeys;
