namespace KernelGen;

/// <summary>
/// What a forward pass keeps for a backward pass, owned and reused by the caller: two numbers a query, and the state of each head.
/// </summary>
public sealed class AttentionResult
{
    private readonly float[] _logSumExp;
    private readonly float[] _second;
    private readonly float[] _state;

    /// <summary>Allocates the memory for calls of <paramref name="attention"/> with <paramref name="shape"/>.</summary>
    /// <exception cref="ArgumentException">The shape is impossible, or needs more numbers than an array holds.</exception>
    public AttentionResult(IAttention attention, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(attention);
        CompilerServices.ShapeChecks.Check(shape, attention.Causal);
        Shape = shape;
        _logSumExp = new float[CompilerServices.ShapeChecks.ArrayLength(shape, shape.QueryLength)];
        _second = new float[_logSumExp.Length];
        _state = new float[CompilerServices.ShapeChecks.ArrayLength(shape, attention.StateLength)];
    }

    /// <summary>The shape that this memory was made for.</summary>
    public AttentionShape Shape { get; }

    /// <summary>
    /// log Σ_j of the query's weights, natural logarithm, [batch, heads, query length] in every layout; −∞ where a query saw no key.
    /// For feature maps with a reference the query's own norm is left out, since it cancels in the output.
    /// </summary>
    public ReadOnlySpan<float> LogSumExp => _logSumExp;

    /// <summary>
    /// The state after the last key, [batch, heads, <see cref="IAttention.StateLength"/>], each as the members of the state of the family
    /// in order; see generator/Families. Empty for attention that carries none.
    /// </summary>
    public ReadOnlySpan<float> State => _state;

    /// <summary>Whether a forward pass has filled it, or would have if there were anything to compute.</summary>
    internal bool IsFilled { get; set; }

    internal Span<float> LogSumExpMemory => _logSumExp;

    /// <summary>
    /// The second number of each query. Where the kernel function is an exponential: what the log-sum-exp has lost as a float, in powers of two. Of causal
    /// layers where it is none: 1 / normaliser, from one pass over a gradient to the next.
    /// </summary>
    internal Span<float> SecondMemory => _second;

    internal Span<float> StateMemory => _state;
}
