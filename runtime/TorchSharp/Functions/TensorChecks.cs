using TorchSharp;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>What a tensor must be before a kernel takes it. Each message names what was expected and what was found.</summary>
internal static class TensorChecks
{
    /// <summary>The sizes of a call, from its tensors. Which lengths of queries and keys go together is for the layer to say.</summary>
    /// <exception cref="ArgumentException">They do not fit each other or the layer.</exception>
    public static AttentionShape Shape(IAttention attention, Tensor query, Tensor key, Tensor value, TensorLayout layout)
    {
        if (layout is not (TensorLayout.BatchHeadLengthDim or TensorLayout.BatchLengthHeadDim))
        {
            throw new ArgumentException(
                $"The layout is {(int)layout}, but must be 0 ({TensorLayout.BatchHeadLengthDim}) or 1 ({TensorLayout.BatchLengthHeadDim}).",
                nameof(layout));
        }

        Kind(query, nameof(query), 4, Axes(layout));
        Kind(key, nameof(key), 4, Axes(layout));
        Kind(value, nameof(value), 4, Axes(layout));
        var (heads, length) = layout == TensorLayout.BatchHeadLengthDim ? (1, 2) : (2, 1);
        Same(query, key, 0, "batch size", nameof(query), nameof(key));
        Same(query, value, 0, "batch size", nameof(query), nameof(value));
        Same(key, value, heads, "number of heads", nameof(key), nameof(value));
        Groups(query, key, heads);
        Same(key, value, length, "length", nameof(key), nameof(value));
        Dim(query, attention.HeadDim, "head dimension", nameof(query));
        Dim(key, attention.HeadDim, "head dimension", nameof(key));
        Dim(value, attention.ValueDim, "value dimension", nameof(value));
        return new AttentionShape(
            Size(query, 0, nameof(query)), Size(query, heads, nameof(query)), Size(query, length, nameof(query)),
            Size(key, length, nameof(key)), layout)
        {
            KeyHeads = Size(key, heads, nameof(key)),
        };
    }

    /// <summary>Whether a tensor is float32, on the CPU, dense, of so many axes, and of a size that kernels take.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Kind(Tensor tensor, string name, int axes, string meaning)
    {
        Kind(tensor, name);
        if (tensor.dim() != axes)
        {
            throw new ArgumentException(
                $"{name} has {tensor.dim()} axes, [{string.Join(", ", tensor.shape)}], but must have {axes}: {meaning}.", name);
        }
    }

    /// <summary>Whether a tensor is float32, on the CPU, dense, and of a size that kernels take.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Kind(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.device_type != DeviceType.CPU)
        {
            throw new ArgumentException(
                $"{name} is on {tensor.device}, but the kernels compute on the CPU: bring it there with .cpu(), and the model with it.",
                name);
        }

        if (tensor.dtype != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"{name} is {tensor.dtype}, but the kernels compute in {ScalarType.Float32}: convert it with .to(float32).", name);
        }

        if (tensor.is_sparse)
        {
            throw new ArgumentException($"{name} is sparse, but the kernels read dense tensors: convert it with .to_dense().", name);
        }

        if (tensor.numel() > int.MaxValue)
        {
            throw new ArgumentException(
                $"{name} has {tensor.numel()} numbers, but at most {int.MaxValue} are possible: split the batch.", name);
        }
    }

    private static string Axes(TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? "[batch, heads, length, dim]" : "[batch, length, heads, dim]";

    // A tensor without numbers can have axes of any size beside the one of 0.
    private static int Size(Tensor tensor, int axis, string name) => tensor.shape[axis] <= int.MaxValue
        ? (int)tensor.shape[axis]
        : throw new ArgumentException(
            $"{name} has the size {tensor.shape[axis]} on axis {axis}, but at most {int.MaxValue} is possible.", name);

    private static void Same(Tensor a, Tensor b, int axis, string meaning, string nameA, string nameB)
    {
        if (a.shape[axis] != b.shape[axis])
        {
            throw new ArgumentException(
                $"{nameA} and {nameB} must have the same {meaning}, but {nameA} is [{string.Join(", ", a.shape)}] and {nameB} [{string.Join(", ", b.shape)}]: "
                + $"{a.shape[axis]} and {b.shape[axis]} on axis {axis}.",
                nameB);
        }
    }

    // Each head of keys serves as many query heads as any other.
    private static void Groups(Tensor query, Tensor key, int axis)
    {
        var (heads, keyHeads) = (query.shape[axis], key.shape[axis]);
        if (heads != keyHeads && (keyHeads < 1 || heads < 1 || heads % keyHeads != 0))
        {
            throw new ArgumentException(
                $"The heads of query must be a multiple of those of key, but query is [{string.Join(", ", query.shape)}] and key "
                + $"[{string.Join(", ", key.shape)}]: {heads} and {keyHeads} on axis {axis}.",
                nameof(key));
        }
    }

    private static void Dim(Tensor tensor, int expected, string meaning, string name)
    {
        if (tensor.shape[3] != expected)
        {
            throw new ArgumentException(
                $"The last axis of {name} has {tensor.shape[3]} numbers, but the layer was declared with the {meaning} {expected}.", name);
        }
    }
}
