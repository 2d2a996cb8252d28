using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Attention of tensors: the functional form.</summary>
public static class TensorAttention
{
    /// <summary>Computes attention for every head of every sequence, and its gradients where autograd records.</summary>
    /// <param name="attention">Any generated layer.</param>
    /// <param name="query">float32 on the CPU, [batch, heads, query length, head dim] or the other layout.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="value">[batch, heads, key length, value dim].</param>
    /// <param name="layout">The order of the axes of all four tensors.</param>
    /// <param name="padding">
    /// Which keys of each sequence count: null for all; int64 or int32 [batch], how many; or bool [batch, key length], true for keys that
    /// do not count, which must be the last ones. A query that sees no key gets zeros.
    /// </param>
    /// <returns>[batch, heads, query length, value dim], contiguous, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// A tensor is of another type, on another device or of a size that does not fit, or the padding is not on the right; the message names
    /// both numbers.
    /// </exception>
    /// <exception cref="NotSupportedException">Gradients are asked for, and the layer has no backward pass (KGEN031).</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    /// <remarks>
    /// <para>
    /// Tensors that are not contiguous are copied first. For a backward pass the graph keeps query, key, value, output and
    /// <see cref="AttentionResult.MemoryLength"/> numbers, as saved tensors, freed with it. Gradients are exact but for rounding, as
    /// <see cref="IAttention.Backward"/> gives them, for the projections of the forward pass, whatever is drawn later. All three are
    /// computed, and those that nobody asked for dropped.
    /// </para>
    /// <para>
    /// Gradients of gradients are not supported: a backward pass with <c>create_graph: true</c> through this function fails. Threads are
    /// those of <c>torch.get_num_threads()</c>. The call is synchronous.
    /// </para>
    /// </remarks>
    public static Tensor Forward(
        this IAttention attention, Tensor query, Tensor key, Tensor value,
        TensorLayout layout = TensorLayout.BatchHeadLengthDim, Tensor? padding = null)
    {
        ArgumentNullException.ThrowIfNull(attention);
        TorchLibrary.Load();
        var shape = TensorChecks.Shape(attention, query, key, value, layout);
        var keyLengths = KeyPadding.Lengths(padding, shape.Batch, shape.KeyLength);
        var needsGradients = is_grad_enabled() && (query.requires_grad || key.requires_grad || value.requires_grad);
        if (needsGradients)
        {
            BackwardSupport.Check(attention);
        }

        TorchThreads.Follow(attention);
        using var scope = NewDisposeScope();
        Tensor q = query.contiguous(), k = key.contiguous(), v = value.contiguous();
        Tensor output;
        if (needsGradients)
        {
            var call = new TensorCall(attention, shape, keyLengths, query.requires_grad, key.requires_grad, value.requires_grad);
            output = AttentionFunction.apply(q, k, v, call);
        }
        else
        {
            output = TensorCall.EmptyOutput(attention, shape);
            attention.Forward(TensorSpan.Of(q), TensorSpan.Of(k), TensorSpan.Of(v), TensorSpan.Of(output), shape, keyLengths);
        }

        return output.MoveToOuterDisposeScope();
    }
}
