namespace KernelGen;

/// <summary>The sizes of one attention call that are known only at run time.</summary>
public readonly record struct AttentionShape
{
    private readonly int? _keyHeads;

    /// <summary>Attention of queries to keys.</summary>
    /// <param name="batch">Independent sequences; at least 0.</param>
    /// <param name="heads">
    /// Query heads of each sequence; at least 0. There are as many heads of keys and values unless <see cref="KeyHeads"/> says otherwise.
    /// </param>
    /// <param name="queryLength">Queries of each head, in tokens; at least 0.</param>
    /// <param name="keyLength">
    /// Keys and values of each head, in tokens; at least 0. Causal attention by random features needs it equal to
    /// <paramref name="queryLength"/>; of exact attention that is causal or has a mask, queries are the last of the keys.
    /// </param>
    /// <param name="layout">The order of the axes of all four tensors.</param>
    public AttentionShape(int batch, int heads, int queryLength, int keyLength, TensorLayout layout) =>
        (Batch, Heads, QueryLength, KeyLength, Layout) = (batch, heads, queryLength, keyLength, layout);

    /// <summary>Attention of queries to keys, heads before tokens.</summary>
    /// <inheritdoc cref="AttentionShape(int, int, int, int, TensorLayout)"/>
    public AttentionShape(int batch, int heads, int queryLength, int keyLength)
        : this(batch, heads, queryLength, keyLength, TensorLayout.BatchHeadLengthDim)
    {
    }

    /// <summary>Self-attention: as many keys as queries.</summary>
    /// <inheritdoc cref="AttentionShape(int, int, int, int, TensorLayout)"/>
    public AttentionShape(int batch, int heads, int length, TensorLayout layout)
        : this(batch, heads, length, length, layout)
    {
    }

    /// <summary>Self-attention, heads before tokens.</summary>
    /// <inheritdoc cref="AttentionShape(int, int, int, int, TensorLayout)"/>
    public AttentionShape(int batch, int heads, int length)
        : this(batch, heads, length, length, TensorLayout.BatchHeadLengthDim)
    {
    }

    /// <summary>
    /// Sequences of their own lengths that lie one after the other in one run of tokens, without padding; elsewhere known as "varlen" calls
    /// with "cu_seqlens". Self-attention: as many keys as queries.
    /// </summary>
    /// <param name="sequences">Independent sequences; at least 0.</param>
    /// <param name="heads">Query heads of each token; at least 0.</param>
    /// <param name="tokens">The tokens of all sequences together; at least 0.</param>
    /// <param name="layout">The order of the axes of all four tensors; that of sequences is left out.</param>
    /// <inheritdoc cref="PacksSequences" path="/remarks"/>
    public static AttentionShape Packed(int sequences, int heads, int tokens, TensorLayout layout) =>
        Packed(sequences, heads, tokens, tokens, layout);

    /// <summary>Sequences of their own lengths that lie one after the other: attention of queries to keys.</summary>
    /// <param name="sequences">Independent sequences; at least 0.</param>
    /// <param name="heads">Query heads of each token; at least 0.</param>
    /// <param name="queries">The queries of all sequences together, in tokens; at least 0.</param>
    /// <param name="keys">
    /// The keys and values of all sequences together, in tokens; at least 0. Causal attention by random features needs as many as
    /// queries in each sequence; of exact attention that is causal or has a mask, queries are the last of the keys.
    /// </param>
    /// <param name="layout">The order of the axes of all four tensors; that of sequences is left out.</param>
    /// <inheritdoc cref="PacksSequences" path="/remarks"/>
    public static AttentionShape Packed(int sequences, int heads, int queries, int keys, TensorLayout layout) =>
        new(sequences, heads, queries, keys, layout) { PacksSequences = true };

    /// <summary>Independent sequences.</summary>
    public int Batch { get; init; }

    /// <summary>Query heads of each sequence.</summary>
    public int Heads { get; init; }

    /// <summary>Queries of each head, in tokens; of packed sequences those of all together.</summary>
    public int QueryLength { get; init; }

    /// <summary>Keys and values of each head, in tokens; of packed sequences those of all together.</summary>
    public int KeyLength { get; init; }

    /// <summary>The order of the axes of all four tensors.</summary>
    public TensorLayout Layout { get; init; }

    /// <summary>
    /// Whether the sequences lie one after the other in one run of tokens, each with a length of its own; otherwise each has an equal part.
    /// </summary>
    /// <remarks>
    /// The tensors then have no axis of sequences: they are [tokens, heads, dim] or, with heads before tokens, [heads, tokens, dim], where
    /// tokens are <see cref="QueryLength"/> or <see cref="KeyLength"/>. A tensor of .NET's has an axis of length 1 in its place, and of
    /// <see cref="TensorStrides"/> that of sequences is not asked for. Where each sequence begins, a forward call is told
    /// (<see cref="ForwardOptions.Offsets"/>), and so is <see cref="DecodingState.Prefill"/>. Calls that cannot be told, such as those on a
    /// GPU, refuse the shape.
    /// </remarks>
    public bool PacksSequences { get; init; }

    /// <summary>
    /// Heads of keys and values of each sequence, of which <see cref="Heads"/> is a multiple: each serves as many query heads that follow
    /// each other (grouped query attention; with 1 it is multi-query attention). By default as many as <see cref="Heads"/>.
    /// </summary>
    public int KeyHeads
    {
        get => _keyHeads ?? Heads;
        init => _keyHeads = value;
    }

    /// <summary>Whether all sizes are the same, however they were given.</summary>
    public bool Equals(AttentionShape other) =>
        Batch == other.Batch && Heads == other.Heads && KeyHeads == other.KeyHeads
        && QueryLength == other.QueryLength && KeyLength == other.KeyLength && Layout == other.Layout
        && PacksSequences == other.PacksSequences;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Batch, Heads, KeyHeads, QueryLength, KeyLength, Layout, PacksSequences);
}
