using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>Padding as the kernels take it: how many keys, or queries, of each sequence count.</summary>
internal static class TokenPadding
{
    /// <summary>The key lengths, empty for all keys.</summary>
    /// <param name="padding">Null; int64 or int32 [batch], lengths; or bool [batch, length], true for keys that do not count.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="length">The keys of each.</param>
    /// <param name="name">The argument.</param>
    /// <exception cref="ArgumentException">
    /// It is none of these, or keys that count follow one that does not; the message names sequence and position.
    /// </exception>
    public static int[] OfKeys(Tensor? padding, int batch, int length, string name) =>
        Lengths(padding, batch, length, new Words(name, "key", "keys"));

    /// <summary>The query lengths, likewise.</summary>
    /// <inheritdoc cref="OfKeys"/>
    public static int[] OfQueries(Tensor? padding, int batch, int length, string name) =>
        Lengths(padding, batch, length, new Words(name, "query", "queries"));

    private static int[] Lengths(Tensor? padding, int batch, int length, Words words)
    {
        if (padding is null)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        return padding.dtype switch
        {
            ScalarType.Bool when Is(padding, batch, length) => FromMask(padding, length, words),
            ScalarType.Int64 or ScalarType.Int32 when Is(padding, batch) => FromLengths(padding, length, words),
            _ => throw new ArgumentException(
                $"The {words.Name} is {padding.dtype} [{string.Join(", ", padding.shape)}], but must be {ScalarType.Bool} [{batch}, {length}] (true for "
                + $"{words.Several} that do not count) or {ScalarType.Int64} [{batch}] (how many count).",
                words.Name),
        };
    }

    private static bool Is(Tensor tensor, params long[] shape) => tensor.shape.AsSpan().SequenceEqual(shape);

    private static int[] FromLengths(Tensor padding, int length, Words words)
    {
        var lengths = padding.to(ScalarType.Int64).cpu().data<long>().ToArray();
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            if (lengths[sequence] < 0 || lengths[sequence] > length)
            {
                throw new ArgumentException(
                    $"{words.Name}[{sequence}] says that {lengths[sequence]} {words.Several} count, but must be 0 to {length}.",
                    words.Name);
            }
        }

        return [.. lengths.Select(count => (int)count)];
    }

    private static int[] FromMask(Tensor padding, int length, Words words)
    {
        var mask = padding.cpu().contiguous().data<bool>().ToArray();
        var lengths = new int[length == 0 ? (int)padding.shape[0] : mask.Length / length];
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            ReadOnlySpan<bool> row = mask.AsSpan(sequence * length, length);
            var first = row.IndexOf(true);
            lengths[sequence] = first < 0 ? length : first;
            var hole = first < 0 ? -1 : row[first..].IndexOf(false);
            if (hole >= 0)
            {
                throw new ArgumentException(
                    $"The {words.Name} of sequence {sequence} is not on the right: its {words.One} {first} does not count, but its {words.One} {first + hole} does. "
                    + "The kernels take padding after the last token alone: bring those that count to the front, for a causal layer keys with their queries.",
                    words.Name);
            }
        }

        return lengths;
    }

    /// <summary>What messages call it.</summary>
    private readonly record struct Words(string Name, string One, string Several);
}
