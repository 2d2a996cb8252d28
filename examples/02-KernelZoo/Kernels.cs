namespace KernelGen.Examples.KernelZoo;

// The layers of this example, whole: one of every kind that an attribute can declare, all with heads of 64 and 256 features. The generated
// text of each appears in your editor under Dependencies, Analyzers, KernelGen.Generator.
//
// Attention by random features gives query q and key k the weight φ(q)ᵀφ(k). The feature map φ draws random vectors ω_r once, looks at a
// token along them, ω_rᵀx̂ with x̂ = x/d^¼, and puts each of these numbers through a function. Which function decides what attention it is.

/// <summary>What all others are compared with: softmax attention, every query with every key.</summary>
[SoftmaxAttention(HeadDim = 64)]
internal sealed partial class Exact;

// Maps that estimate softmax: the mean of φ(q)ᵀφ(k) over ω is exp(qᵀk/√d). They differ in how far a draw is from that mean, so with enough
// features they all give the output of Exact.

/// <summary>FAVOR+, the Performer's map: exp(ωᵀx̂ − ‖x̂‖²/2). Weights are positive, so a normaliser cannot vanish.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256)]
internal sealed partial class Positive;

/// <summary>Each ω is used twice, as exp(±ωᵀx̂ − ‖x̂‖²/2): half the projections for as many features, and less variance.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 64, Features = 256)]
internal sealed partial class Hyperbolic;

/// <summary>Random Fourier features, exp(‖x̂‖²/2)·sin ωᵀx̂ and ·cos: the map before FAVOR+. Weights can turn out negative.</summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxTrigonometric, HeadDim = 64, Features = 256)]
internal sealed partial class Trigonometric;

/// <summary>
/// FAVOR++: positive features with a factor exp(A‖ω‖²), A being chosen for the ‖q̂ + k̂‖² that pairs have on average, λ. Measure it once on
/// data like yours by FeatureMap.OprfLambda, and write it here: the proteins of this example have 2.0, as the program prints.
/// </summary>
[FavorAttention(Kernel = KernelFunction.SoftmaxOprf, HeadDim = 64, Features = 256, Lambda = 2.0f)]
internal sealed partial class Oprf;

// The positive map again, with its ω drawn in other ways. The default, Orthogonal, draws blocks of 64 that are orthogonal to each other.

/// <summary>Independent ω: the plain Monte Carlo estimate. Orthogonal ones spread better, so they need fewer features.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Gaussian)]
internal sealed partial class PositiveGaussian;

/// <summary>Products of Hadamard matrices and random signs, computed as a fast transform: additions for multiplications.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Projection = ProjectionKind.Hadamard)]
internal sealed partial class PositiveHadamard;

// Attention of its own, f(ωᵀx̂) + ε: it estimates no softmax, so a model is trained with it. Where f is never negative the normaliser is
// positive, given a small ε (1e-3 unless Epsilon says otherwise) for tokens at which f is 0 along every ω.

/// <summary>f(x) = max(0, x): the paper's Performer-ReLU, which did best on its proteins.</summary>
[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256)]
internal sealed partial class Relu;

/// <summary>f(x) = 1/(1 + e^(−x)): every feature has a say, none has much.</summary>
[FavorAttention(Kernel = KernelFunction.Sigmoid, HeadDim = 64, Features = 256)]
internal sealed partial class Sigmoid;

/// <summary>
/// f(x) = e^x: the positive map without its norm. It favours keys of large norm, by exp(‖k̂‖²/2); in logarithms, so no ε is needed.
/// </summary>
[FavorAttention(Kernel = KernelFunction.Exp, HeadDim = 64, Features = 256)]
internal sealed partial class Exp;

/// <summary>f(x) = |x|: a token and its opposite look the same.</summary>
[FavorAttention(Kernel = KernelFunction.Abs, HeadDim = 64, Features = 256)]
internal sealed partial class Abs;

/// <summary>f(x) = x²: as <see cref="Abs"/>, with more weight on the few ω that a token lies along.</summary>
[FavorAttention(Kernel = KernelFunction.Square, HeadDim = 64, Features = 256)]
internal sealed partial class Square;

/// <summary>f(x) = elu(x) + 1, the map of the linear transformer (Katharopoulos et al., arXiv:2006.16236), here along random ω.</summary>
[FavorAttention(Kernel = KernelFunction.EluPlusOne, HeadDim = 64, Features = 256)]
internal sealed partial class EluPlusOne;

// Functions of both signs. Their weights have both too, and a sum that can come near 0: do without the normaliser, or choose an ε that
// keeps it away from 0.

/// <summary>f(x) = x·(1 + erf(x/√2))/2 dips below 0 by 0.17 at most: an ε of that size keeps all features positive.</summary>
[FavorAttention(Kernel = KernelFunction.Gelu, HeadDim = 64, Features = 256, Epsilon = 0.17f)]
internal sealed partial class Gelu;

/// <summary>f(x) = tanh x.</summary>
[FavorAttention(Kernel = KernelFunction.Tanh, HeadDim = 64, Features = 256, Normalize = false)]
internal sealed partial class Tanh;

/// <summary>f(x) = cos x: half of the trigonometric map, without its norm.</summary>
[FavorAttention(Kernel = KernelFunction.Cos, HeadDim = 64, Features = 256, Normalize = false)]
internal sealed partial class Cos;

/// <summary>f(x) = x: linear attention in the plainest sense, an estimate of q̂ᵀk̂ itself.</summary>
[FavorAttention(Kernel = KernelFunction.Identity, HeadDim = 64, Features = 256, Normalize = false)]
internal sealed partial class Identity;

// And any function of your own: the generator reads the body of the method and writes it in vectors of 16, 8 or 4 numbers. The method
// itself is never called.

/// <summary>f(x) = log(1 + e^x), a ReLU without its corner.</summary>
[FavorAttention(KernelFunctionName = nameof(F), HeadDim = 64, Features = 256)]
internal sealed partial class Softplus
{
    // By its stable form: e^x of a large x would overflow.
    private static float F(float x) => MathF.Max(x, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x)));
}

/// <summary>f(x) = min(x², 4) for positive x, else 0: a squared ReLU that no single ω can dominate.</summary>
[FavorAttention(KernelFunctionName = nameof(F), HeadDim = 64, Features = 256)]
internal sealed partial class ClippedSquare
{
    private const float Most = 4;

    private static float F(float x)
    {
        if (x <= 0)
        {
            return 0;
        }

        return MathF.Min(x * x, Most);
    }
}
