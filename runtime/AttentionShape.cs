namespace KernelGen;

/// <summary>The sizes of one attention call that are known only at run time.</summary>
/// <param name="Batch">Independent sequences; at least 0.</param>
/// <param name="Heads">
/// Query heads of each sequence; at least 0. There are as many heads of keys and values unless <see cref="KeyHeads"/> says otherwise.
/// </param>
/// <param name="QueryLength">Queries of each head, in tokens; at least 0.</param>
/// <param name="KeyLength">
/// Keys and values of each head, in tokens; at least 0. Causal attention needs it equal to <paramref name="QueryLength"/>.
/// </param>
/// <param name="Layout">The order of the axes of all four tensors.</param>
public readonly record struct AttentionShape(
    int Batch, int Heads, int QueryLength, int KeyLength, TensorLayout Layout = TensorLayout.BatchHeadLengthDim)
{
    private readonly int? _keyHeads;

    /// <summary>
    /// Heads of keys and values of each sequence, of which <see cref="Heads"/> is a multiple: each serves as many query heads that follow
    /// each other (grouped query attention; with 1 it is multi-query attention). By default as many as <see cref="Heads"/>.
    /// </summary>
    public int KeyHeads
    {
        get => _keyHeads ?? Heads;
        init => _keyHeads = value;
    }

    /// <summary>Self-attention: as many keys as queries.</summary>
    public AttentionShape(int batch, int heads, int length, TensorLayout layout = TensorLayout.BatchHeadLengthDim)
        : this(batch, heads, length, length, layout)
    {
    }

    /// <summary>Whether all sizes are the same, however they were given.</summary>
    public bool Equals(AttentionShape other) =>
        Batch == other.Batch && Heads == other.Heads && KeyHeads == other.KeyHeads
        && QueryLength == other.QueryLength && KeyLength == other.KeyLength && Layout == other.Layout;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Batch, Heads, KeyHeads, QueryLength, KeyLength, Layout);
}
