using System.Runtime.InteropServices;
using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// What a forward call keeps for a backward call: two numbers a query, the state of each head where the backward pass reads it, and the
/// lengths, offsets and projections of the call. Owned and reused by the caller, for calls of any shape.
/// </summary>
/// <remarks>
/// It holds on to the projections of the forward call. So a layer may redraw between the two: the gradients are of the outputs that were
/// computed. A layer that is declared or drawn otherwise refuses it. Its memory is its own, and grows to the largest call, or the caller's.
/// </remarks>
public sealed class BackwardContext : IDisposable
{
    private readonly Memory<float>? _memory;
    private Memory<float> _logSumExp, _second, _state;
    private int[] _keyLengths = [];
    private int[] _queryLengths = [];
    private int[] _offsets = [];
    private int[] _keyOffsets = [];
    private int _keyLengthCount, _queryLengthCount, _offsetCount, _keyOffsetCount;

    /// <summary>Has memory of its own, which the first forward call allocates.</summary>
    public BackwardContext() => Gate = CreateGate();

    /// <summary>Lives in memory of the caller's, such as a tensor of a training library, whose owner says how long it is kept.</summary>
    /// <param name="memory">
    /// At least <see cref="LengthFor"/> numbers for each call that is made with it; what they hold does not matter. Each call asks for its
    /// span anew and uses it until it returns. Nobody else writes there from the forward call to the last backward call.
    /// </param>
    public BackwardContext(Memory<float> memory)
    {
        _memory = memory;
        Gate = CreateGate();
    }

    /// <summary>
    /// Whether the state of each head is kept although no backward call reads it, as in causal layers; see <see cref="State"/>. Set before
    /// the forward call.
    /// </summary>
    public bool KeepsState { get; init; }

    /// <summary>The shape of the forward call that has filled it; of no head before there was one.</summary>
    public AttentionShape Shape { get; private set; }

    /// <summary>
    /// log Σ_j of the query's weights, natural logarithm, [batch, heads, query length] in every layout, of packed
    /// sequences [heads, query length]; −∞ where a query saw no key.
    /// For feature maps with a reference the query's own norm is left out, since it cancels in the output.
    /// </summary>
    public ReadOnlySpan<float> LogSumExp => _logSumExp.Span;

    /// <summary>
    /// The state after the last key, [batch, heads, <see cref="IDifferentiableAttention.StateLength"/>], each as the members of the state
    /// of the family in order; see generator/Families. Empty for attention that carries none, and for causal attention unless
    /// <see cref="KeepsState"/>.
    /// </summary>
    public ReadOnlySpan<float> State => _state.Span;

    /// <summary>Lets one forward call fill it, or backward calls read it.</summary>
    internal CallGate Gate { get; }

    /// <summary>
    /// What the forward pass computed with that has filled it, or would have if there were anything to compute; null: none has.
    /// </summary>
    internal PackedProjection? Filling { get; private set; }

    /// <summary>The keys of each sequence that counted in that pass; empty: all.</summary>
    internal ReadOnlySpan<int> KeyLengths => _keyLengths.AsSpan(0, _keyLengthCount);

    /// <summary>Likewise the queries.</summary>
    internal ReadOnlySpan<int> QueryLengths => _queryLengths.AsSpan(0, _queryLengthCount);

    /// <summary>Where packed sequences began; empty: there were none.</summary>
    internal ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, _offsetCount);

    /// <summary>Likewise their keys; empty: where the queries did.</summary>
    internal ReadOnlySpan<int> KeyOffsets => _keyOffsets.AsSpan(0, _keyOffsetCount);

    internal Span<float> LogSumExpMemory => _logSumExp.Span;

    /// <summary>
    /// The second number of each query. Where the kernel function is an exponential: what the log-sum-exp has lost as a float, in powers of
    /// two. Of causal layers where it is none: 1 / normaliser, from one kernel of the backward pass to the next.
    /// </summary>
    internal Span<float> SecondMemory => _second.Span;

    internal Span<float> StateMemory => _state.Span;

    /// <summary>
    /// The numbers that a context keeps of a call: batch · heads · (2 · query length + <see cref="IDifferentiableAttention.StateLength"/>),
    /// the latter for causal layers only if it <see cref="KeepsState"/>. Of packed sequences the query length is that of all together, not
    /// multiplied by the batch.
    /// </summary>
    /// <param name="attention">The layer.</param>
    /// <param name="shape">The shape of the call.</param>
    /// <param name="keepsState">Whether the state is kept although no backward call reads it.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or there are more numbers than a span holds.</exception>
    public static long LengthFor(IDifferentiableAttention attention, AttentionShape shape, bool keepsState = false)
    {
        ArgumentNullException.ThrowIfNull(attention);

        // Causal random features go through queries and keys together; other causal layers take more keys than queries.
        ShapeChecks.Check(shape, causal: attention.Causal && attention is IRandomFeatureAttention, takesPacked: true);
        var state = attention.Causal && !keepsState ? 0 : attention.StateLength;
        return (2L * ShapeChecks.QueryCount(shape)) + ShapeChecks.ArrayLength(shape, state);
    }

    /// <summary>Lets go of its memory, at once or at the end of a call that is running.</summary>
    public void Dispose() => Gate.Close();

    /// <summary>A forward pass begins; until it has ended there is nothing for a backward pass.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="stateLength">The numbers of each head's state; 0 where none is kept.</param>
    /// <param name="options">Its lengths and offsets.</param>
    /// <exception cref="ArgumentException">The memory is the caller's and too short, or an array cannot hold so many numbers.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory; the message says how much is needed.</exception>
    internal void Begin(in AttentionShape shape, int stateLength, in ForwardOptions options)
    {
        var queries = ShapeChecks.QueryCount(shape);
        var states = ShapeChecks.ArrayLength(shape, stateLength);
        if (_memory is { } memory)
        {
            var needed = (2L * queries) + states;
            if (memory.Length < needed)
            {
                throw new ArgumentException(
                    $"The context's memory holds {memory.Length} numbers, but a call of {shape} with {stateLength} numbers of state a head "
                    + $"needs {needed}.", "options");
            }

            Filling = null; // not before the checks: a call that is refused leaves what there is
            (_logSumExp, _second, _state) = (memory[..queries], memory.Slice(queries, queries), memory.Slice(2 * queries, states));
        }
        else
        {
            Filling = null;
            Reserve(ref _logSumExp, queries, "log-sum-exps");
            Reserve(ref _second, queries, "second numbers of queries");
            Reserve(ref _state, states, "numbers of states");
        }

        Shape = shape;
        _keyLengthCount = Keep(options.KeyLengths, ref _keyLengths);
        _queryLengthCount = Keep(options.QueryLengths, ref _queryLengths);
        _offsetCount = Keep(options.Offsets, ref _offsets);
        _keyOffsetCount = Keep(options.KeyOffsets, ref _keyOffsets);
    }

    /// <summary>The forward pass has ended.</summary>
    internal void End(PackedProjection packed) => Filling = packed;

    private static int Keep(ReadOnlySpan<int> lengths, ref int[] kept)
    {
        if (kept.Length < lengths.Length)
        {
            kept = new int[lengths.Length];
        }

        lengths.CopyTo(kept);
        return lengths.Length;
    }

    /// <summary>Memory of its own, which is kept as long as it is large enough.</summary>
    private static void Reserve(ref Memory<float> memory, int length, string what)
    {
        MemoryMarshal.TryGetArray<float>(memory, out var array);
        memory = array.Array is { } own && own.Length >= length ? own.AsMemory(0, length) : MemoryChecks.Array<float>(length, what);
    }

    private CallGate CreateGate() => new(
        nameof(BackwardContext), "calls at the same time need a context each, but for backward calls that share one.", Free);

    private void Free()
    {
        Filling = null;
        (_logSumExp, _second, _state) = (default, default, default);
    }
}
