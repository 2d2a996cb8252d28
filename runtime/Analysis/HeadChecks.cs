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
        ShapeChecks.CheckTensor(query.Length, shape, shape.QueryLength, dim, nameof(query));
        ShapeChecks.CheckTensor(key.Length, shape, shape.KeyLength, dim, nameof(key));
        CheckBelow(batch, shape.Batch, nameof(batch), "sequences");
        CheckBelow(head, shape.Heads, nameof(head), "heads");
        QueryRows.Check(rows, shape.QueryLength, nameof(rows));
        int keys = keyLength ?? shape.KeyLength;
        return (uint)keys <= (uint)shape.KeyLength
            ? keys
            : throw new ArgumentOutOfRangeException(nameof(keyLength), keys, $"keyLength is {keys}, but must be 0 to KeyLength = {shape.KeyLength}.");
    }

    private static void CheckBelow(int index, int count, string name, string what)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(name, index, $"{name} is {index}, but the shape has {count} {what}.");
        }
    }
}
