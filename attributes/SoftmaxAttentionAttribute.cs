namespace KernelGen;

/// <summary>
/// Generates exact softmax attention into the partial class that carries it: the reference that every approximation is compared with.
/// </summary>
/// <remarks>
/// o_i = Σ_j softmax_j(q_iᵀk_j/√d)·v_j, tile by tile with a running maximum, so that no L×L matrix is formed (Milakov and Gimelshein,
/// "Online normalizer calculation for softmax", arXiv:1805.02867). Time is O(L²·d) and extra memory does not depend on L.
/// </remarks>
/// <example>
/// <code>
/// [SoftmaxAttention(HeadDim = 64)]
/// public sealed partial class ExactAttention;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class SoftmaxAttentionAttribute : Attribute
{
    /// <summary>d, the numbers in one head's query and key. Required; 1 to 1024. Multiples of 16 are fastest.</summary>
    public int HeadDim { get; set; }

    /// <summary>dv, the numbers in one head's value and output; 1 to 1024. Default: <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>Whether query i sees only keys j ≤ i. Default: false.</summary>
    public bool Causal { get; set; }

    /// <summary>
    /// How many keys a query of <see cref="Causal"/> attention sees: itself and the last ones before it. 1 to 2^30. Time and memory of a
    /// layer with a window are O(L·window). Default: all before it.
    /// </summary>
    /// <remarks>Source: Beltagy et al., "Longformer", arXiv:2004.05150.</remarks>
    public int Window { get; set; }

    /// <summary>
    /// How many keys on each side of it a query of attention that is not causal sees, beside itself: 2·Side + 1 in all. 1 to 2^30.
    /// Default: all.
    /// </summary>
    public int Side { get; set; }

    /// <summary>
    /// How far apart the keys of a window are, a number for each query head: query i of head h sees keys i − t·D_h, 0 ≤ t &lt; Window, or
    /// with Side |i − j| = t·D_h, t ≤ Side. As many keys are seen as without it, and a window reaches D_h times as far. 1 to 256 numbers;
    /// each times Window or Side is at most 2^30. Calls of other than so many heads are refused. Default: 1 for any number of heads.
    /// </summary>
    /// <remarks>Source: Beltagy et al., "Longformer", arXiv:2004.05150, section 3.1.</remarks>
    public int[]? Dilations { get; set; }

    /// <summary>
    /// The first keys, which every query sees beside those of its <see cref="Window"/> or <see cref="Side"/>; causal queries still only
    /// those before them. 1 to 2^30. Default: none.
    /// </summary>
    /// <remarks>Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks", arXiv:2309.17453.</remarks>
    public int Sinks { get; set; }

    /// <summary>
    /// The first keys, which every query of <see cref="Causal"/> attention sees, even one before them. 1 to 2^30. Default: none.
    /// </summary>
    public int Prefix { get; set; }

    /// <summary>
    /// The name of a method <c>static bool Sees(int query, int key)</c> of the annotated type: whether a query sees a key. Give it as
    /// <c>nameof(Sees)</c>. What it says joins the options above by AND. Default: null, for all that they let through.
    /// </summary>
    /// <remarks>
    /// Parameters are known by their names, and any may be left out: <c>query</c> and <c>key</c> are positions among the keys, of which the
    /// queries are the last; <c>head</c> is the query head; <c>keys</c> is how many keys there are. Parameters marked
    /// <see cref="PerTokenAttribute"/> are numbers that calls hand in for each token. The generator reads the body and finds
    /// from it which keys a tile of queries can see; the method itself is not called. The body may use ints, bools, constants, locals,
    /// comparisons, + − * / % and shifts, if, ?:, is, Math.Abs, Max, Min and Clamp, and other such methods. What cannot be read is an error
    /// at the place, KGEN040, whose help page has the whole list.
    /// </remarks>
    public string? Mask { get; set; }

    /// <summary>
    /// The name of a method <c>static float Bend(float score, int query, int key)</c> of the annotated type: what becomes of a score
    /// qᵀk/√d before the softmax. Give it as <c>nameof(Bend)</c>. Default: null, for nothing.
    /// </summary>
    /// <remarks>
    /// Parameters are known by their names, as those of <see cref="Mask"/> are, and any may be left out; a parameter marked
    /// <see cref="LearnedAttribute"/> is a table of learned numbers. The generator reads the body, as it reads kernel functions, and
    /// differentiates it. It is not evaluated where a query does not see the key.
    /// </remarks>
    public string? Score { get; set; }

    /// <summary>c of c·tanh(score/c), which keeps scores between −c and c; positive and finite. Default: none.</summary>
    /// <remarks>Source: Gemma Team, "Gemma 2", arXiv:2408.00118, section 2.</remarks>
    public float SoftCap { get; set; }

    /// <summary>
    /// H of ALiBi's bias: from the score of head h is taken 2^(−8(h+1)/H) times the distance of query and key. The number of query heads,
    /// 1 to 4096; calls of other than so many are refused. Comes after <see cref="SoftCap"/> and before <see cref="Score"/>. Default: no
    /// bias.
    /// </summary>
    /// <remarks>Source: Press et al., "Train Short, Test Long", arXiv:2108.12409.</remarks>
    public int AlibiHeads { get; set; }

    /// <summary>
    /// How queries and keys are told where they stand. <see cref="Positions.Rotary"/> needs an even <see cref="HeadDim"/>, and queries are
    /// then the last of the keys: there are at least as many keys. <see cref="Positions.Relative"/> needs <see cref="Causal"/> and
    /// <see cref="Distances"/>. Default: <see cref="Positions.None"/>.
    /// </summary>
    public Positions Positions { get; set; }

    /// <summary>
    /// The rows of r of <see cref="Positions.Relative"/>, a key for each distance from a query back to a key: 0, which is the query's own
    /// position, to Distances − 1. 1 to 2^20; required there. A sequence has at most so many keys.
    /// </summary>
    public int Distances { get; set; }

    /// <summary>
    /// θ of <see cref="Positions.Rotary"/>: pairs of numbers turn once in 2π to nearly 2π·θ tokens; positive and finite. Angles are exact
    /// enough for sines and cosines within 1e-6, at a million tokens and beyond. Default: 10,000.
    /// </summary>
    public float RotaryTheta { get; set; } = 10_000;

    /// <summary>What the layer is generated for. Default: <see cref="Backends.Auto"/>.</summary>
    public Backends Backends { get; set; }

    /// <summary>
    /// How GPU kernels multiply. <see cref="Precision.TensorFloat32"/> needs an ILGPU context of optimisation level O2, which the launcher
    /// checks, and leaves CPU kernels as they are. Default: <see cref="Precision.Float32"/>.
    /// </summary>
    public Precision Precision { get; set; }
}
