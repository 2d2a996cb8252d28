namespace KernelGen;

/// <summary>
/// The kernel function K(q, k) = E[φ(q)ᵀφ(k)] that a <see cref="FavorAttentionAttribute"/> layer attends with. With x̂ = x·d^(-1/4)
/// and random projections ω_r, each member names the feature map φ that estimates it.
/// </summary>
/// <remarks>
/// <para>
/// The members Softmax… estimate softmax attention; the others are attention of their own, φ_r(x) = f(ω_rᵀx̂) + ε, with which a model is
/// trained. Any other f is a method of yours: <see cref="FavorAttentionAttribute.KernelFunctionName"/>.
/// </para>
/// <para>
/// Where f takes both signs the normaliser can come near 0: such a kernel needs <see cref="FavorAttentionAttribute.Normalize"/> = false, or
/// an <see cref="FavorAttentionAttribute.Epsilon"/> of your choice.
/// </para>
/// <para>
/// Sources: Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794; for <see cref="SoftmaxOprf"/> Likhosherstov et
/// al., "Chefs' Random Tables", arXiv:2205.15317.
/// </para>
/// </remarks>
public enum KernelFunction
{
    /// <summary>
    /// The softmax kernel exp(qᵀk/√d) by positive features, φ_r(x) = exp(ω_rᵀx̂ − ‖x̂‖²/2)/√m: unbiased, and never negative, so the
    /// normaliser cannot vanish.
    /// </summary>
    Softmax = 0,

    /// <summary>
    /// The softmax kernel by pairs of positive features, exp(±ω_rᵀx̂ − ‖x̂‖²/2)/√m. It needs half the projections of
    /// <see cref="Softmax"/> for the same number of features and has a lower variance. The feature count must be even.
    /// </summary>
    SoftmaxHyperbolic = 1,

    /// <summary>The ReLU kernel, f(x) = max(0, x) (the paper's "Performer-ReLU").</summary>
    Relu = 2,

    /// <summary>
    /// The softmax kernel by random Fourier features, exp(‖x̂‖²/2)·{sin, cos}(ω_rᵀx̂)·√(2/m). For comparison only: weights can come out
    /// negative and the normaliser zero or negative, and outputs then are far off. The feature count must be even; not causal.
    /// </summary>
    SoftmaxTrigonometric = 3,

    /// <summary>
    /// The softmax kernel by optimal positive features (FAVOR++), exp(A‖ω_r‖² + B·ω_rᵀx̂ − ‖x̂‖²/2)·(1 − 4A)^(d/4)/√m, B = √(1 − 4A), with
    /// A chosen so that the variance is least at λ = E‖q̂ + k̂‖². Pays where queries and keys are large.
    /// λ is <see cref="FavorAttentionAttribute.Lambda"/>, or an argument of the constructor.
    /// </summary>
    SoftmaxOprf = 4,

    /// <summary>f(x) = x·(1 + erf(x/√2))/2. Takes both signs.</summary>
    Gelu = 5,

    /// <summary>f(x) = 1/(1 + e^(−x)).</summary>
    Sigmoid = 6,

    /// <summary>
    /// f(x) = e^x. Unless <see cref="FavorAttentionAttribute.Epsilon"/> is given, it is computed by logarithms and neither overflows nor
    /// needs an ε.
    /// </summary>
    Exp = 7,

    /// <summary>f(x) = tanh x. Takes both signs.</summary>
    Tanh = 8,

    /// <summary>f(x) = |x|.</summary>
    Abs = 9,

    /// <summary>f(x) = cos x. Takes both signs.</summary>
    Cos = 10,

    /// <summary>f(x) = x. Takes both signs.</summary>
    Identity = 11,

    /// <summary>f(x) = x².</summary>
    Square = 12,

    /// <summary>f(x) = elu(x) + 1: x + 1 above 0, e^x elsewhere.</summary>
    EluPlusOne = 13,
}
