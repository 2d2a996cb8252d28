namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Sequences of different lengths that lie one after the other in the tensors of one call, with what the call gives, and each of them
/// alone, in tensors of its own.
/// </summary>
internal sealed class PackedBatch
{
    private readonly Layer _layer;
    private readonly int[] _queryOffsets, _keyOffsets;

    /// <param name="layer">The layer.</param>
    /// <param name="lengths">Queries of each sequence.</param>
    /// <param name="keyLengths">Keys of each; null: as many.</param>
    /// <param name="layout">Which comes first, heads or tokens.</param>
    /// <param name="heads">Heads of queries.</param>
    /// <param name="keyHeads">Heads of keys.</param>
    public PackedBatch(
        Layer layer, int[] lengths, int[]? keyLengths = null, TensorLayout layout = TensorLayout.BatchLengthHeadDim, int heads = 2,
        int keyHeads = 2)
    {
        _layer = layer;
        HasKeyOffsets = keyLengths is not null;
        _queryOffsets = OffsetsOf(lengths);
        _keyOffsets = OffsetsOf(keyLengths ?? lengths);
        Shape = AttentionShape.Packed(lengths.Length, heads, _queryOffsets[^1], _keyOffsets[^1], layout) with { KeyHeads = keyHeads };
        var random = new Random(_queryOffsets[^1] + lengths.Length);
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        Query = Inputs.Normal(random, _queryOffsets[^1] * heads * d, 0.5f);
        Key = Inputs.Normal(random, _keyOffsets[^1] * keyHeads * d, 0.5f);
        Value = Inputs.Normal(random, _keyOffsets[^1] * keyHeads * dv, 1);
        Upstream = Inputs.Normal(random, _queryOffsets[^1] * heads * dv, 1);
    }

    private PackedBatch(PackedBatch all, int sequence)
    {
        _layer = all._layer;
        var (queries, keys) = (all.Length(all._queryOffsets, sequence), all.Length(all._keyOffsets, sequence));
        (_queryOffsets, _keyOffsets) = ([0, queries], [0, keys]);
        Shape = all.Shape with { Batch = 1, QueryLength = queries, KeyLength = keys, PacksSequences = false };
        Query = all.OfQueries(all.Query, sequence, all._layer.HeadDim);
        Key = all.OfKeys(all.Key, sequence, all._layer.HeadDim);
        Value = all.OfKeys(all.Value, sequence, all._layer.ValueDim);
        Upstream = all.OfQueries(all.Upstream, sequence, all._layer.ValueDim);
    }

    public AttentionShape Shape { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    public float[] Upstream { get; }

    public ReadOnlySpan<int> Offsets => Shape.PacksSequences ? _queryOffsets : default;

    public ReadOnlySpan<int> KeyOffsets => Shape.PacksSequences && HasKeyOffsets ? _keyOffsets : default;

    private bool HasKeyOffsets { get; }

    public static int[] OffsetsOf(int[] lengths) => [0, .. lengths.Select((_, i) => lengths[..(i + 1)].Sum())];

    /// <summary>One of the sequences, in tensors of its own.</summary>
    public PackedBatch Alone(int sequence) => new(this, sequence);

    /// <summary>The part of a tensor of queries or outputs that belongs to a sequence.</summary>
    public float[] OfQueries(float[] tensor, int sequence, int columns) => Part(tensor, _queryOffsets, sequence, Shape.Heads, columns);

    /// <summary>Likewise of keys or values.</summary>
    public float[] OfKeys(float[] tensor, int sequence, int columns) => Part(tensor, _keyOffsets, sequence, Shape.KeyHeads, columns);

    /// <summary>Sets the numbers of all tokens of a sequence, or of those past what counts of it.</summary>
    public void Fill(int sequence, float number, int queriesFrom = 0, int keysFrom = 0)
    {
        var (d, dv) = (_layer.HeadDim, _layer.ValueDim);
        Set(Query, _queryOffsets, Shape.Heads, d, queriesFrom);
        Set(Upstream, _queryOffsets, Shape.Heads, dv, queriesFrom);
        Set(Key, _keyOffsets, Shape.KeyHeads, d, keysFrom);
        Set(Value, _keyOffsets, Shape.KeyHeads, dv, keysFrom);

        void Set(float[] tensor, int[] offsets, int heads, int columns, int from)
        {
            foreach (var row in Rows(offsets, sequence, heads, from))
            {
                tensor.AsSpan(row * columns, columns).Fill(number);
            }
        }
    }

    /// <summary>Outputs, gradients and what is kept.</summary>
    /// <param name="attention">An instance of the layer.</param>
    /// <param name="start">What outputs and gradients hold before; gradients are added to it unless it is NaN.</param>
    /// <param name="queryLengths">Queries that count.</param>
    /// <param name="keyLengths">Keys that count.</param>
    /// <param name="keepsState">Whether causal layers keep their states, in place of taking a shorter way for few tokens.</param>
    public Result Compute(
        IAttention attention, float start = float.NaN, int[]? queryLengths = null, int[]? keyLengths = null, bool keepsState = false)
    {
        using var context = new BackwardContext { KeepsState = keepsState };
        var output = Filled(Upstream.Length, start);
        attention.Forward(
            Query, Key, Value, output, Shape,
            new()
            {
                Context = context,
                Offsets = Offsets,
                KeyOffsets = KeyOffsets,
                QueryLengths = queryLengths,
                KeyLengths = keyLengths,
            });
        float[] byQuery = Filled(Query.Length, start), byKey = Filled(Key.Length, start), byValue = Filled(Value.Length, start);
        attention.Backward(
            Query, Key, Value, output, context, Upstream, byQuery, byKey, byValue, Shape, new() { Accumulate = !float.IsNaN(start) });
        return new Result(output, byQuery, byKey, byValue, context.LogSumExp.ToArray(), context.State.ToArray());
    }

    /// <summary>The outputs of a call that keeps nothing, and so takes a shorter way for few tokens.</summary>
    public float[] Forward(IAttention attention)
    {
        var output = Filled(Upstream.Length, float.NaN);
        attention.Forward(Query, Key, Value, output, Shape, new() { Offsets = Offsets, KeyOffsets = KeyOffsets });
        return output;
    }

    /// <summary>What belongs to one sequence of what a call gave.</summary>
    public Result Part(Result all, int sequence)
    {
        var (d, dv) = (_layer.HeadDim, _layer.ValueDim);
        var states = all.State.Length / Math.Max(1, Shape.Batch);
        float[] logSumExp =
            [.. Rows(_queryOffsets, sequence, Shape.Heads, 0, TensorLayout.BatchHeadLengthDim).Select(row => all.LogSumExp[row])];
        return new Result(
            OfQueries(all.Output, sequence, dv), OfQueries(all.ByQuery, sequence, d), OfKeys(all.ByKey, sequence, d),
            OfKeys(all.ByValue, sequence, dv), logSumExp, all.State[(sequence * states)..((sequence + 1) * states)]);
    }

    private static float[] Filled(int length, float number)
    {
        var tensor = new float[length];
        Array.Fill(tensor, number);
        return tensor;
    }

    private int Length(int[] offsets, int sequence) => offsets[sequence + 1] - offsets[sequence];

    private float[] Part(float[] tensor, int[] offsets, int sequence, int heads, int columns) =>
        [.. Rows(offsets, sequence, heads, 0).SelectMany(row => tensor[(row * columns)..((row + 1) * columns)])];

    private IEnumerable<int> Rows(int[] offsets, int sequence, int heads, int from, TensorLayout? layout = null)
    {
        var tokens = Enumerable.Range(offsets[sequence] + from, Length(offsets, sequence) - from);
        return (layout ?? Shape.Layout) == TensorLayout.BatchHeadLengthDim
            ? Enumerable.Range(0, heads).SelectMany(head => tokens.Select(token => (head * offsets[^1]) + token))
            : tokens.SelectMany(token => Enumerable.Range(0, heads).Select(head => (token * heads) + head));
    }

    /// <summary>What a call gives.</summary>
    public sealed record Result(
        float[] Output, float[] ByQuery, float[] ByKey, float[] ByValue, float[] LogSumExp, float[] State)
    {
        public float[][] All => [Output, ByQuery, ByKey, ByValue, LogSumExp, State];
    }
}
