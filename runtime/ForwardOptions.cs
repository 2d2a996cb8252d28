namespace KernelGen;

/// <summary>What a forward call may be told, by name: `layer.Forward(q, k, v, o, shape, new() { KeyLengths = lengths })`.</summary>
public readonly ref struct ForwardOptions
{
    /// <summary>
    /// For each sequence of the batch how many of its keys count, 0 to key length; keys and values past that are never read. Empty: all of
    /// them. A query that sees no key gets zeros. Of packed sequences the most is the sequence's own number of keys.
    /// </summary>
    public ReadOnlySpan<int> KeyLengths { get; init; }

    /// <summary>
    /// For each sequence of the batch how many of its queries count, 0 to query length; queries past that are never read, and their outputs
    /// are left as they are. Empty: all of them. Of packed sequences the most is the sequence's own number of queries. Where a sequence has
    /// more keys than queries and both have lengths, the queries that count are the last of the keys that count; otherwise queries are the
    /// last of all keys.
    /// </summary>
    public ReadOnlySpan<int> QueryLengths { get; init; }

    /// <summary>
    /// Where packed sequences begin, in tokens: sequence b has the tokens from Offsets[b] to before Offsets[b + 1]. One number more than
    /// sequences, ascending from 0 to the query length of the shape; sequences may be empty. Tokens attend within their own sequence only.
    /// For a shape that packs sequences (<see cref="AttentionShape.PacksSequences"/>), and no other.
    /// </summary>
    /// <remarks>
    /// Each sequence gives what it gives in a call of its own, to the bit on one thread. A call costs what one of a batch does whose
    /// sequences are as long.
    /// </remarks>
    public ReadOnlySpan<int> Offsets { get; init; }

    /// <summary>Likewise for keys and values, to the key length of the shape. Empty: they begin where the queries do.</summary>
    public ReadOnlySpan<int> KeyOffsets { get; init; }

    /// <summary>Filled with what a backward call needs; null: there will be none.</summary>
    public BackwardContext? Context { get; init; }
}
