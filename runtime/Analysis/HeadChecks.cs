using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>The checks of calls that look at chosen queries of one head.</summary>
internal static class HeadChecks
{
    /// <summary>Checks shape, tensors, head and positions, and returns the keys that count.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message has both numbers.</exception>
    public static int Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, int dim, in AttentionShape shape, int batch, int head, ReadOnlySpan<int> rows,
        bool causal, int? keyLength)
    {
        ShapeChecks.Check(shape, causal);
        ShapeChecks.CheckTensor(query.Length, shape.Batch, shape.Heads, shape.QueryLength, dim, nameof(query));
        var keys = CheckKeys(key, dim, shape, causal, batch, head, keyLength);
        QueryRows.Check(rows, shape.QueryLength, nameof(rows));
        CheckRows(rows.Length, Math.Max(dim, TileWeights.Keys));
        return keys;
    }

    /// <summary>Checks shape, keys and head of a call that looks at no query, and returns the keys that count.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message has both numbers.</exception>
    public static int CheckKeys(
        ReadOnlySpan<float> key, int dim, in AttentionShape shape, bool causal, int batch, int head, int? keyLength)
    {
        ShapeChecks.Check(shape, causal);
        ShapeChecks.CheckTensor(key.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, dim, nameof(key));
        CheckBelow(batch, shape.Batch, nameof(batch), "sequences");
        CheckBelow(head, shape.Heads, nameof(head), "heads");
        var keys = keyLength ?? shape.KeyLength;
        return (uint)keys <= (uint)shape.KeyLength
            ? keys
            : throw new ArgumentOutOfRangeException(
                nameof(keyLength), keys, $"keyLength is {keys}, but must be 0 to KeyLength = {shape.KeyLength}.");
    }

    /// <summary>Whether an array holds so many numbers for each of the chosen queries.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckRows(int rows, int numbers)
    {
        if ((long)rows * numbers > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{rows} rows × {numbers} = {(long)rows * numbers} numbers are needed, but an array holds {Array.MaxLength}.",
                nameof(rows));
        }
    }

    private static void CheckBelow(int index, int count, string name, string what)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(name, index, $"{name} is {index}, but the shape has {count} {what}.");
        }
    }
}
