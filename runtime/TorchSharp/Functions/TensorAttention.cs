using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Attention of tensors: the functional form.</summary>
public static class TensorAttention
{
    /// <summary>Computes attention for every head of every sequence, and its gradients where autograd records.</summary>
    /// <param name="attention">Any generated layer.</param>
    /// <param name="query">float32 on the CPU, [batch, heads, query length, head dim] or the other layout.</param>
    /// <param name="key">
    /// [batch, key heads, key length, head dim]: as many heads as queries have, or fewer, of which each serves as many query heads that
    /// follow each other (grouped query attention). Queries of causal exact attention, and of masks, are the last of the keys, of
    /// which there may be more; causal layers of random features need as many keys as queries.
    /// </param>
    /// <param name="value">[batch, key heads, key length, value dim].</param>
    /// <param name="layout">The order of the axes of all four tensors.</param>
    /// <param name="padding">
    /// Which keys of each sequence count: null for all; int64 or int32 [batch], how many; or bool [batch, key length], true for keys that
    /// do not count, which must be the last ones. Others are never read. A query that sees no key gets zeros.
    /// </param>
    /// <param name="queryPadding">
    /// Which queries of each sequence count, likewise. Others are never read and get zeros, and nothing of what becomes of their outputs
    /// goes into a gradient.
    /// </param>
    /// <param name="offsets">
    /// Null; or, for sequences that are packed one after the other in tensors of batch size 1, where each begins and the last ends: int64
    /// or int32 [sequences + 1], ascending from 0 to the query length. Tokens attend within their own sequence only. There is then
    /// no padding.
    /// </param>
    /// <param name="keyOffsets">Likewise for keys, up to the key length; null: where the queries begin.</param>
    /// <param name="tensors">
    /// What the layer needs beside queries, keys and values, by the names that its own calls have: <c>logDecay</c>, a learned table or
    /// matrix, a number of each token. float32, with a gradient where it requires one; numbers of tokens int32 or int64. Null: it needs
    /// nothing.
    /// </param>
    /// <returns>[batch, heads, query length, value dim], contiguous, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// A tensor is of another type, on another device or of a size that does not fit, the padding is not on the right, or the offsets
    /// do not fit; the message names both numbers.
    /// </exception>
    /// <exception cref="NotSupportedException">Gradients are asked for, and the layer has no backward pass (KGEN031).</exception>
    /// <exception cref="DllNotFoundException">As <see cref="TorchLibrary.Load"/>.</exception>
    /// <remarks>
    /// <para>
    /// Tensors are read where they are, whatever their strides: parts of a fused projection, transposed or expanded tensors. Only where the
    /// numbers of a token do not follow each other (the last stride is not 1), or a tensor reaches over more than 2³¹ − 1 numbers, it is
    /// copied first.
    /// </para>
    /// <para>
    /// For a backward pass the graph keeps query, key, value, output and <see cref="BackwardContext.LengthFor"/> numbers, as saved tensors,
    /// freed with it. Gradients are exact but for rounding, as <see cref="IDifferentiableAttention.Backward"/> gives them, for the
    /// projections of the forward pass, whatever is drawn later. Those that nobody asks for are not computed.
    /// </para>
    /// <para>
    /// Gradients of gradients are not supported: a backward pass with <c>create_graph: true</c> through this function fails. Threads are
    /// those of <c>torch.get_num_threads()</c>. The call is synchronous.
    /// </para>
    /// </remarks>
    public static Tensor Forward(
        this IAttention attention, Tensor query, Tensor key, Tensor value, TensorLayout layout = TensorLayout.BatchHeadLengthDim,
        Tensor? padding = null, Tensor? queryPadding = null, Tensor? offsets = null, Tensor? keyOffsets = null,
        IReadOnlyDictionary<string, Tensor>? tensors = null)
    {
        ArgumentNullException.ThrowIfNull(attention);
        TorchLibrary.Load();
        var shape = TensorChecks.Shape(attention, query, key, value, layout);
        TensorLengths lengths = new(
            TokenPadding.OfKeys(padding, shape.Batch, shape.KeyLength, nameof(padding)),
            TokenPadding.OfQueries(queryPadding, shape.Batch, shape.QueryLength, nameof(queryPadding)),
            TokenOffsets.Of(offsets, nameof(offsets)), TokenOffsets.Of(keyOffsets, nameof(keyOffsets)));
        if (offsets is not null || keyOffsets is not null)
        {
            if (offsets is null)
            {
                throw new ArgumentException("There are keyOffsets, but no offsets: those of the queries are needed too.", nameof(offsets));
            }

            if (padding is not null || queryPadding is not null)
            {
                throw new ArgumentException("There are offsets and padding, but packed sequences have none.", nameof(offsets));
            }

            shape = TokenOffsets.Packed(shape, lengths);
        }

        using var scope = NewDisposeScope();
        var others = OtherTensors.Of(attention, tensors, shape);
        var call = Recorded(attention, query, key, value, shape, lengths, others);
        TorchThreads.Follow(attention);
        Tensor q = TensorViews.Readable(query), k = TensorViews.Readable(key), v = TensorViews.Readable(value);
        var output = call is null
            ? TensorCall.Output(attention, q, k, v, shape, lengths, others, others?.Floats ?? [])
            : AttentionFunction.apply([q, k, v, call, .. others?.Floats ?? []]);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The call, where autograd records it; else null.</summary>
    private static TensorCall? Recorded(
        IAttention attention, Tensor query, Tensor key, Tensor value, in AttentionShape shape, in TensorLengths lengths,
        OtherTensors? others)
    {
        var unwanted =
            (query.requires_grad ? AttentionGradients.None : AttentionGradients.Query)
            | (key.requires_grad ? AttentionGradients.None : AttentionGradients.Key)
            | (value.requires_grad ? AttentionGradients.None : AttentionGradients.Value);
        const AttentionGradients all = AttentionGradients.Query | AttentionGradients.Key | AttentionGradients.Value;
        if (!is_grad_enabled() || (unwanted == all && others is not { RequiresGradient: true }))
        {
            return null;
        }

        // Said while an exception can still be thrown: not in the backward pass.
        return attention is IDifferentiableAttention differentiable
            ? new TensorCall(differentiable, shape, lengths, unwanted, others)
            : throw new NotSupportedException(
                "The layer has no backward pass. Its inputs may not require gradients: detach them, or call it under torch.no_grad(). The "
                + $"layer is {attention.GetType()} (KGEN031).");
    }
}
