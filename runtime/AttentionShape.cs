namespace KernelGen;

/// <summary>The sizes of one attention call that are known only at run time.</summary>
/// <param name="Batch">Independent sequences; at least 0.</param>
/// <param name="Heads">Heads of each sequence; at least 0.</param>
/// <param name="QueryLength">Queries of each head, in tokens; at least 0.</param>
/// <param name="KeyLength">Keys and values of each head, in tokens; at least 0. Causal attention needs it equal to <paramref name="QueryLength"/>.</param>
/// <param name="Layout">The order of the axes of all four tensors.</param>
public readonly record struct AttentionShape(
    int Batch, int Heads, int QueryLength, int KeyLength, TensorLayout Layout = TensorLayout.BatchHeadLengthDim)
{
    /// <summary>Self-attention: as many keys as queries.</summary>
    public AttentionShape(int batch, int heads, int length, TensorLayout layout = TensorLayout.BatchHeadLengthDim)
        : this(batch, heads, length, length, layout)
    {
    }
}
