using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Offsets of packed sequences as the kernels take them.</summary>
internal static class TokenOffsets
{
    /// <summary>The numbers of a tensor; empty where there is none. What they are is checked by the layer.</summary>
    /// <param name="offsets">Null; or int64 or int32 [sequences + 1].</param>
    /// <param name="name">The argument.</param>
    /// <exception cref="ArgumentException">It is something else, or a number is too large.</exception>
    public static int[] Of(Tensor? offsets, string name)
    {
        if (offsets is null)
        {
            return [];
        }

        if (offsets.dtype is not (ScalarType.Int64 or ScalarType.Int32) || offsets.dim() != 1 || offsets.shape[0] == 0)
        {
            throw new ArgumentException(
                $"{name} is {offsets.dtype} [{string.Join(", ", offsets.shape)}], but must be {ScalarType.Int64} or {ScalarType.Int32} [sequences + 1]: where each "
                + "sequence begins, and where the last ends.",
                name);
        }

        using var scope = NewDisposeScope();
        var numbers = offsets.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
        var far = Array.FindIndex(numbers, number => number is < int.MinValue or > int.MaxValue);
        return far < 0
            ? [.. numbers.Select(number => (int)number)]
            : throw new ArgumentException($"{name}[{far}] is {numbers[far]}, but at most {int.MaxValue} is possible.", name);
    }

    /// <summary>The shape of a call whose tensors hold packed sequences, as those of one.</summary>
    /// <param name="shape">From the tensors.</param>
    /// <param name="lengths">With offsets.</param>
    /// <exception cref="ArgumentException">The tensors hold several sequences beside each other.</exception>
    public static AttentionShape Packed(in AttentionShape shape, in TensorLengths lengths) => shape.Batch == 1
        ? shape with { Batch = lengths.Offsets.Length - 1, PacksSequences = true }
        : throw new ArgumentException(
            $"The batch size is {shape.Batch}, but with offsets it must be 1: packed sequences lie one after the other.", "query");
}
