using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// What a forward pass keeps for a backward pass, owned and reused by the caller: two numbers a query, and the state of each head. It
/// allocates its memory or lives in the caller's.
/// </summary>
/// <remarks>
/// It also holds on to the projections and the key lengths of that pass. So a layer may redraw between the two: the gradients are of the
/// outputs that were computed. A layer that is declared or drawn otherwise refuses it.
/// </remarks>
public sealed class AttentionResult
{
    private readonly Memory<float> _logSumExp;
    private readonly Memory<float> _second;
    private readonly Memory<float> _state;
    private int[] _keyLengths = [];
    private int _keyLengthCount;

    /// <summary>Allocates the memory for calls of <paramref name="attention"/> with <paramref name="shape"/>.</summary>
    /// <exception cref="ArgumentException">The shape is impossible, or needs more numbers than an array holds.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the message says how much is needed.</exception>
    public AttentionResult(IAttention attention, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(attention);
        ShapeChecks.Check(shape, attention.Causal);
        Shape = shape;
        var queries = ShapeChecks.ArrayLength(shape, shape.QueryLength);
        _logSumExp = MemoryChecks.Array<float>(queries, "log-sum-exps");
        _second = MemoryChecks.Array<float>(queries, "second numbers of queries");
        _state = MemoryChecks.Array<float>(ShapeChecks.ArrayLength(shape, attention.StateLength), "numbers of states");
    }

    /// <summary>Lives in memory of the caller's, such as a tensor of a training library, whose owner says how long it is kept.</summary>
    /// <param name="attention">The layer whose calls it is for.</param>
    /// <param name="shape">The shape of the calls.</param>
    /// <param name="memory">
    /// <see cref="MemoryLength"/> numbers; what they hold does not matter. Each call asks for its span anew and uses it until it returns.
    /// Nobody else writes there from the forward call to the last backward call.
    /// </param>
    /// <exception cref="ArgumentException">The shape is impossible, or the memory is of another length; the message says both.</exception>
    public AttentionResult(IAttention attention, in AttentionShape shape, Memory<float> memory)
    {
        var needed = MemoryLength(attention, shape);
        if (memory.Length != needed)
        {
            throw new ArgumentException(
                $"The memory holds {memory.Length} numbers, but a result of {shape} with {attention.StateLength} numbers of state a head needs {needed}.",
                nameof(memory));
        }

        Shape = shape;
        var queries = ShapeChecks.ArrayLength(shape, shape.QueryLength);
        _logSumExp = memory[..queries];
        _second = memory.Slice(queries, queries);
        _state = memory[(2 * queries)..];
    }

    /// <summary>The numbers that a result holds: batch · heads · (2 · query length + <see cref="IAttention.StateLength"/>).</summary>
    /// <exception cref="ArgumentException">The shape is impossible.</exception>
    public static long MemoryLength(IAttention attention, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(attention);
        ShapeChecks.Check(shape, attention.Causal);
        return (long)ShapeChecks.ArrayLength(shape, shape.QueryLength) * 2 + ShapeChecks.ArrayLength(shape, attention.StateLength);
    }

    /// <summary>The shape that this memory was made for.</summary>
    public AttentionShape Shape { get; }

    /// <summary>
    /// log Σ_j of the query's weights, natural logarithm, [batch, heads, query length] in every layout; −∞ where a query saw no key.
    /// For feature maps with a reference the query's own norm is left out, since it cancels in the output.
    /// </summary>
    public ReadOnlySpan<float> LogSumExp => _logSumExp.Span;

    /// <summary>
    /// The state after the last key, [batch, heads, <see cref="IAttention.StateLength"/>], each as the members of the state of the family
    /// in order; see generator/Families. Empty for attention that carries none.
    /// </summary>
    public ReadOnlySpan<float> State => _state.Span;

    /// <summary>Lets one forward call fill it, or backward calls read it.</summary>
    internal CallGate Gate { get; } =
        new(nameof(AttentionResult), "calls at the same time need a result each, but for backward calls that share one.");

    /// <summary>
    /// What the forward pass computed with that has filled it, or would have if there were anything to compute; null: none has.
    /// </summary>
    internal PackedProjection? Filling { get; private set; }

    /// <summary>The key lengths of that pass; empty: all keys.</summary>
    internal ReadOnlySpan<int> KeyLengths => _keyLengths.AsSpan(0, _keyLengthCount);

    internal Span<float> LogSumExpMemory => _logSumExp.Span;

    /// <summary>
    /// The second number of each query. Where the kernel function is an exponential: what the log-sum-exp has lost as a float, in powers of
    /// two. Of causal layers where it is none: 1 / normaliser, from one pass over a gradient to the next.
    /// </summary>
    internal Span<float> SecondMemory => _second.Span;

    internal Span<float> StateMemory => _state.Span;

    /// <summary>A forward pass begins; until it has ended there is nothing for a backward pass.</summary>
    internal void Begin(ReadOnlySpan<int> keyLengths)
    {
        Filling = null;
        if (_keyLengths.Length < keyLengths.Length)
        {
            _keyLengths = new int[keyLengths.Length];
        }

        keyLengths.CopyTo(_keyLengths);
        _keyLengthCount = keyLengths.Length;
    }

    /// <summary>The forward pass has ended.</summary>
    internal void End(PackedProjection packed) => Filling = packed;
}
