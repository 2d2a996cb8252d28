namespace KernelGen;

/// <summary>Attention with a backward pass.</summary>
public interface IDifferentiableAttention : IAttention
{
    /// <summary>
    /// The floats of the state of one head that a forward call can keep (see <see cref="BackwardContext.State"/>); 0 for attention that
    /// carries none.
    /// </summary>
    int StateLength { get; }

    /// <summary>
    /// The gradients of a loss by queries, keys and values, from its gradient by the outputs of a forward call on the same inputs.
    /// </summary>
    /// <param name="query">As in the forward call; so are the next two.</param>
    /// <param name="key">[batch, key heads, key length, head dim].</param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="output">What the forward call wrote, [batch, heads, query length, value dim].</param>
    /// <param name="context">What the forward call kept: its shape, lengths and offsets are those of this call too.</param>
    /// <param name="outputGradient">∂loss/∂output, of the output's shape.</param>
    /// <param name="queryGradient">
    /// Overwritten with ∂loss/∂query, or added to; zeros, or nothing added, for queries that do not count. No gradient may overlap another
    /// tensor.
    /// </param>
    /// <param name="keyGradient">
    /// ∂loss/∂key, likewise for keys that do not count. Where query heads share a head of keys, their sum.
    /// </param>
    /// <param name="valueGradient">∂loss/∂value, likewise.</param>
    /// <param name="shape">The sizes of the forward call.</param>
    /// <param name="options">Which gradients are wanted, and whether they are added to what is there.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the shape, a gradient overlaps another tensor, or <paramref name="context"/> is empty, of another shape, or
    /// filled by a layer that is declared or drawn otherwise.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A forward call is filling <paramref name="context"/>. Backward calls may share one.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The context was disposed of.</exception>
    /// <remarks>
    /// Random projections are constants: those of the forward call, whatever the layer has drawn since.
    /// Exact but for rounding; where a kernel function has a kink, see generator/Families. Cost: about twice that
    /// of the forward pass, nearly three times if that is causal, and three and a half times if it is exact; threads and reproducibility as
    /// there. Memory beyond the arguments does not grow with the lengths: <see cref="BackwardScratchBytes"/>.
    /// </remarks>
    void Backward(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView output,
        BackwardContext context, in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient,
        in TensorView valueGradient, AttentionShape shape, BackwardOptions options = default);

    /// <summary>
    /// The bytes of scratch memory, beside its arguments, that a backward call of this shape uses, as
    /// <see cref="IAttention.ScratchBytes"/> says.
    /// </summary>
    long BackwardScratchBytes(AttentionShape shape);
}
