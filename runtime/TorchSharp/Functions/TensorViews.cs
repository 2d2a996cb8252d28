using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Tensors as kernels take them: by their strides, in whatever order those are. So queries, keys and values of one projection, or a
/// transposed tensor, are read where they are.
/// </summary>
internal static class TensorViews
{
    /// <summary>The tensor itself where kernels can take it as it is; otherwise a copy, which autograd knows of.</summary>
    /// <param name="tensor">Of four axes, float32 on the CPU.</param>
    public static Tensor Readable(Tensor tensor)
    {
        // What is negated only when it is read looks to others like what it was before.
        if (tensor.is_neg())
        {
            return tensor.resolve_neg().contiguous();
        }

        return Extent(tensor) is null ? tensor.contiguous() : tensor;
    }

    /// <summary>
    /// Memory for a gradient. Its parts follow each other in the order of those of its input, so that what the input is a view of gets one
    /// without gaps.
    /// </summary>
    public static Tensor EmptyGradient(Tensor input)
    {
        var like = empty_like(input);
        return Extent(like) is null ? empty(input.shape, ScalarType.Float32, CPU) : like;
    }

    /// <summary>A tensor that <see cref="Readable"/> or <see cref="EmptyGradient"/> gave, without copying.</summary>
    /// <param name="tensor">Whoever uses the view keeps it alive and undisposed.</param>
    /// <param name="layout">The order of its axes.</param>
    public static TensorView Of(Tensor tensor, TensorLayout layout)
    {
        if (tensor.is_contiguous())
        {
            return TensorSpan.Of(tensor);
        }

        var strides = tensor.stride();
        var (head, token) = layout == TensorLayout.BatchHeadLengthDim ? (strides[1], strides[2]) : (strides[2], strides[1]);
        var extent = Extent(tensor) ?? throw new InvalidOperationException(
            $"Kernels do not take a tensor [{string.Join(", ", tensor.shape)}] of the strides [{string.Join(", ", strides)}].");
        return new TensorView(TensorSpan.Of(tensor, extent), new TensorStrides((nint)strides[0], (nint)head, (nint)token));
    }

    /// <summary>The numbers from the first to the last; null where kernels do not take it as it is.</summary>
    private static int? Extent(Tensor tensor) => Extent(tensor.shape, tensor.stride());

    /// <summary>
    /// The numbers from the first to the last of a tensor; null where kernels do not take it as it is: the numbers of a token do not follow
    /// each other, or it goes backwards, or reaches further than a span.
    /// </summary>
    /// <param name="sizes">Of its four axes.</param>
    /// <param name="strides">Likewise.</param>
    internal static int? Extent(ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        if (sizes.Contains(0))
        {
            return 0;
        }

        // An axis of one part may have any stride, which nobody steps over.
        var isReadable = sizes[3] == 1 || strides[3] == 1;
        Int128 last = sizes[3] - 1;
        for (var axis = 0; axis < 3; axis++)
        {
            isReadable &= sizes[axis] == 1 || strides[axis] >= 0;
            last += (sizes[axis] - 1) * (Int128)strides[axis];
        }

        return isReadable && last < int.MaxValue ? (int)last + 1 : null;
    }
}
