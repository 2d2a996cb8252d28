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
    /// Keys and values of each head, in tokens; at least 0. Causal attention needs it equal to <paramref name="queryLength"/>.
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

    /// <summary>Independent sequences.</summary>
    public int Batch { get; init; }

    /// <summary>Query heads of each sequence.</summary>
    public int Heads { get; init; }

    /// <summary>Queries of each head, in tokens.</summary>
    public int QueryLength { get; init; }

    /// <summary>Keys and values of each head, in tokens.</summary>
    public int KeyLength { get; init; }

    /// <summary>The order of the axes of all four tensors.</summary>
    public TensorLayout Layout { get; init; }

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
        && QueryLength == other.QueryLength && KeyLength == other.KeyLength && Layout == other.Layout;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Batch, Heads, KeyHeads, QueryLength, KeyLength, Layout);
}
