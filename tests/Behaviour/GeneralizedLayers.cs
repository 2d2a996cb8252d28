namespace KernelGen.Tests.Behaviour.Generalized;

// Layers whose weights may be negative or are not normalised, and every kernel function: what they compute is compared with the formula within
// the first-order bound that the tile interpreter derives.

[FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Gelu;

[FavorAttention(Kernel = KernelFunction.Sigmoid, HeadDim = 16, Features = 32)]
public sealed partial class Sigmoid;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 16, Features = 32, Epsilon = 0.01f)]
public sealed partial class ExponentialWithEpsilon;

[FavorAttention(Kernel = KernelFunction.Tanh, HeadDim = 7, ValueDim = 5, Features = 21, Normalize = false, Causal = true)]
public sealed partial class CausalTanh;

[FavorAttention(Kernel = KernelFunction.Abs, HeadDim = 16, Features = 32)]
public sealed partial class Abs;

[FavorAttention(Kernel = KernelFunction.Cos, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Cos;

[FavorAttention(Kernel = KernelFunction.Identity, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class Identity;

[FavorAttention(Kernel = KernelFunction.Square, HeadDim = 16, Features = 32)]
public sealed partial class Square;

[FavorAttention(Kernel = KernelFunction.EluPlusOne, HeadDim = 9, ValueDim = 5, Features = 22, Causal = true)]
public sealed partial class CausalElu;

[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 16, Features = 32, Normalize = false, Causal = true)]
public sealed partial class UnnormalisedRelu;

[FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 16, Features = 64)]
public sealed partial class Trigonometric;

[FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 9, ValueDim = 5, Features = 22, Normalize = false)]
public sealed partial class OddTrigonometric;

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 16, Features = 32, Normalize = false)]
public sealed partial class UnnormalisedSoftmax;

[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 9, ValueDim = 5, Features = 22, Normalize = false, Causal = true)]
public sealed partial class UnnormalisedHyperbolic;

[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 16, Features = 32, Normalize = false, Lambda = 4)]
public sealed partial class UnnormalisedOprf;

[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 8, Features = 20, Normalize = false)]
public sealed partial class UnnormalisedExponential;

[FavorAttention(Kernel = KernelFunction.Cos, HeadDim = 20, ValueDim = 6, Features = 40, Normalize = false, Projection = ProjectionKind.Hadamard)]
public sealed partial class HadamardCos;
