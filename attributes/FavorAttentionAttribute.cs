namespace KernelGen;

/// <summary>
/// Generates FAVOR+ attention, linear in the sequence length, into the partial class that carries it.
/// </summary>
/// <remarks>
/// The output of query i is o_i = Σ_j φ(q_i)ᵀφ(k_j)·v_j / Σ_j φ(q_i)ᵀφ(k_j), with the feature map φ of <see cref="Kernel"/> and
/// <see cref="Features"/> features, over all keys or, with <see cref="Causal"/>, over j ≤ i. Time is O(L·m·d) and extra memory does not
/// depend on L. Source: Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794.
/// </remarks>
/// <example>
/// <code>
/// [FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
/// public sealed partial class CausalAttention;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class FavorAttentionAttribute : Attribute
{
    /// <summary>The kernel function that attention weights follow. Default: <see cref="KernelFunction.Softmax"/>.</summary>
    public KernelFunction Kernel { get; set; }

    /// <summary>
    /// The name of a method <c>static float Phi(float x)</c> that takes the place of <see cref="Kernel"/>: the features of x are f(ω_rᵀx̂).
    /// Give it as <c>nameof(Phi)</c>. Default: null, for <see cref="Kernel"/>.
    /// </summary>
    /// <remarks>
    /// The generator reads the body of the method and computes it for many numbers at a time; the method itself is not called. The body may
    /// use floats, bools, constants, locals, if, ?:, switch, for loops with constant bounds, functions of MathF such as Abs, Max, Exp, Log,
    /// Tanh, Sin and Pow, Clamp, KernelMath.Erf, readonly fields, and other such methods, local functions too. What cannot be read is a
    /// compile error at the place, KGEN018, whose help page has the whole list.
    /// A NaN or infinity in a token spoils the features of the token whatever the method makes of it, unless the body asks float.IsNaN:
    /// then its values stand.
    /// </remarks>
    public string? KernelFunctionName { get; set; }

    /// <summary>The type that has the method <see cref="KernelFunctionName"/>. Default: null, for the annotated type itself.</summary>
    public Type? KernelFunctionType { get; set; }

    /// <summary>d, the numbers in one head's query and key. Required; 1 to 1024. Multiples of 16 are fastest.</summary>
    public int HeadDim { get; set; }

    /// <summary>dv, the numbers in one head's value and output; 1 to 1024. Default: <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>
    /// m, the features of φ: the error falls as 1/√m, the time grows as m. Required; 1 to 4096. Multiples of 16 are fastest.
    /// <see cref="KernelFunction.SoftmaxHyperbolic"/> and <see cref="KernelFunction.SoftmaxTrigonometric"/> need an even number.
    /// </summary>
    public int Features { get; set; }

    /// <summary>Whether query i sees only keys j ≤ i. Default: false.</summary>
    public bool Causal { get; set; }

    /// <summary>
    /// ε of φ_r(x) = f(ω_rᵀx̂) + ε, which keeps the normaliser positive; positive and finite. Default: 1e-3, the paper's, where
    /// <see cref="Normalize"/> is true and f is never negative. The softmax kernels need none and take none.
    /// </summary>
    public float Epsilon { get; set; } = 1e-3f;

    /// <summary>
    /// Whether outputs are divided by the sum of their weights. False gives unnormalised linear attention, o_i = Σ_j φ(q_i)ᵀφ(k_j)·v_j.
    /// Default: true.
    /// </summary>
    public bool Normalize { get; set; } = true;

    /// <summary>How the random projections are drawn. Default: <see cref="ProjectionKind.Orthogonal"/>.</summary>
    public ProjectionKind Projection { get; set; }

    /// <summary>
    /// λ of <see cref="KernelFunction.SoftmaxOprf"/>, the E‖q̂ + k̂‖² that its variance is least at; at least 0. Left out, constructors ask
    /// for it, and `FeatureMap.OprfLambda` measures it on sample data.
    /// </summary>
    public float Lambda { get; set; }

    /// <summary>
    /// The standard deviation of the entries of queries and keys, if known; positive. Nothing depends on it, but the compiler then warns
    /// where <see cref="Features"/> cannot suffice for inputs of that size.
    /// </summary>
    public float InputScale { get; set; }

    /// <summary>
    /// How queries and keys are told where they stand. <see cref="Positions.Rotary"/> needs an even <see cref="HeadDim"/>, and queries are
    /// then the last of the keys: there are at least as many keys. Default: <see cref="Positions.None"/>.
    /// </summary>
    public Positions Positions { get; set; }

    /// <summary>
    /// θ of <see cref="Positions.Rotary"/>: pairs of numbers turn once in 2π to nearly 2π·θ tokens; positive and finite. Angles are exact
    /// enough for sines and cosines within 1e-6, at a million tokens and beyond. Default: 10,000.
    /// </summary>
    public float RotaryTheta { get; set; } = 10_000;

    /// <summary>
    /// How fast each query head of <see cref="Causal"/> attention forgets: before it takes a token in, what it has summed so far is
    /// multiplied by e^(LogDecays[head]). So the weight of query i and key j is multiplied by e^((i − j)·LogDecays[head]). 1 to 256
    /// numbers, −16,384 to 0, one for each query head; calls of other than so many heads are refused. Default: nothing is forgotten.
    /// </summary>
    /// <remarks>Source: Sun et al., "Retentive Network", arXiv:2307.08621, where the factors are 1 − 2^(−5−head).</remarks>
    public float[]? LogDecays { get; set; }

    /// <summary>
    /// Whether each token of <see cref="Causal"/> attention says for itself how much is forgotten: calls then take a tensor
    /// <c>logDecay</c>, [batch, heads, length] of numbers at most 0, and before token t is taken in, what was summed so far is multiplied
    /// by e^(logDecay_t). Numbers below −16,384 count as that, and −∞ forgets all. Numbers above 0 are an exception, but in views of
    /// a GPU's memory, which no call looks into: there they count as NaN, and so do outputs from that token on. Default: false.
    /// </summary>
    /// <remarks>Source: Yang et al., "Gated Linear Attention Transformers", arXiv:2312.06635, with a factor a head.</remarks>
    public bool TokenDecay { get; set; }

    /// <summary>What the layer is generated for. Default: <see cref="Backends.Auto"/>.</summary>
    public Backends Backends { get; set; }

    /// <summary>
    /// How GPU kernels multiply. <see cref="Precision.TensorFloat32"/> needs an ILGPU context of optimisation level O2, which the launcher
    /// checks, and leaves CPU kernels as they are. Default: <see cref="Precision.Float32"/>.
    /// </summary>
    public Precision Precision { get; set; }
}
