using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>The numbers of a tensor where they are. Whoever uses them keeps the tensor alive and undisposed.</summary>
internal static class TensorSpan
{
    /// <summary>The memory of a contiguous tensor of float32 on the CPU.</summary>
    public static Span<float> Of(Tensor tensor) => Of(tensor, checked((int)tensor.numel()));

    /// <summary>The memory of a tensor from its first number on.</summary>
    /// <param name="tensor">float32 on the CPU, at any strides.</param>
    /// <param name="count">The numbers, those of others between them among them.</param>
    public static Span<float> Of(Tensor tensor, int count)
    {
        if (count == 0)
        {
            return default;
        }

        // Tensor.bytes is of contiguous tensors alone and ends at 2 GiB, a span of floats at 8: so it is asked for the first number alone.
        using var first = tensor.as_strided([1], [1], tensor.storage_offset());
        return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, float>(first.bytes)), count);
    }
}
