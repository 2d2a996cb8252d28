using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>The numbers of a tensor where they are.</summary>
internal static class TensorSpan
{
    /// <summary>The memory of a contiguous tensor of float32 on the CPU. Whoever uses it keeps the tensor alive and undisposed.</summary>
    public static Span<float> Of(Tensor tensor)
    {
        var count = tensor.numel();
        if (count * sizeof(float) <= int.MaxValue)
        {
            return MemoryMarshal.Cast<byte, float>(tensor.bytes);
        }

        // Tensor.bytes ends at 2 GiB, a span of floats at 8: so it is asked for the first number alone.
        using var flat = tensor.view(count);
        using var first = flat.narrow(0, 0, 1);
        return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, float>(first.bytes)), checked((int)count));
    }
}
