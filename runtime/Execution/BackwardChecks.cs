namespace KernelGen.CompilerServices;

/// <summary>What a backward pass checks beyond a forward one, and what it does with keys that do not count.</summary>
internal static class BackwardChecks
{
    public static void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> output,
        ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> queryGradient, ReadOnlySpan<float> keyGradient, ReadOnlySpan<float> valueGradient,
        in AttentionShape shape, AttentionResult result, int headDim, int valueDim)
    {
        if (!result.IsFilled)
        {
            throw new ArgumentException("The result is empty: call Forward with it first.", nameof(result));
        }

        ShapeChecks.CheckTensor(outputGradient.Length, shape, shape.QueryLength, valueDim, nameof(outputGradient));
        ShapeChecks.CheckTensor(queryGradient.Length, shape, shape.QueryLength, headDim, nameof(queryGradient));
        ShapeChecks.CheckTensor(keyGradient.Length, shape, shape.KeyLength, headDim, nameof(keyGradient));
        ShapeChecks.CheckTensor(valueGradient.Length, shape, shape.KeyLength, valueDim, nameof(valueGradient));
        CheckGradient(queryGradient, nameof(queryGradient), query, key, value, output, outputGradient);
        CheckGradient(keyGradient, nameof(keyGradient), query, key, value, output, outputGradient);
        CheckGradient(valueGradient, nameof(valueGradient), query, key, value, output, outputGradient);
        ShapeChecks.CheckOverlap(queryGradient, keyGradient, nameof(keyGradient), nameof(queryGradient));
        ShapeChecks.CheckOverlap(queryGradient, valueGradient, nameof(valueGradient), nameof(queryGradient));
        ShapeChecks.CheckOverlap(keyGradient, valueGradient, nameof(valueGradient), nameof(keyGradient));
    }

    /// <summary>Zeros for the keys that no query sees because they are past the length of their sequence.</summary>
    public static void ClearUnseenKeys(Span<float> gradient, in AttentionShape shape, ReadOnlySpan<int> keyLengths, int dim)
    {
        for (int batch = 0; batch < keyLengths.Length; batch++)
        {
            int unseen = shape.KeyLength - keyLengths[batch];
            Span<float> sequence = gradient.Slice(batch * shape.Heads * shape.KeyLength * dim, shape.Heads * shape.KeyLength * dim);
            if (shape.Layout == TensorLayout.BatchLengthHeadDim)
            {
                sequence[(keyLengths[batch] * shape.Heads * dim)..].Clear();
                continue;
            }

            for (int head = 0; head < shape.Heads; head++)
            {
                sequence.Slice((head * shape.KeyLength + keyLengths[batch]) * dim, unseen * dim).Clear();
            }
        }
    }

    private static void CheckGradient(
        ReadOnlySpan<float> gradient, string name, ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value,
        ReadOnlySpan<float> output, ReadOnlySpan<float> outputGradient)
    {
        ShapeChecks.CheckOverlap(gradient, query, nameof(query), name);
        ShapeChecks.CheckOverlap(gradient, key, nameof(key), name);
        ShapeChecks.CheckOverlap(gradient, value, nameof(value), name);
        ShapeChecks.CheckOverlap(gradient, output, nameof(output), name);
        ShapeChecks.CheckOverlap(gradient, outputGradient, nameof(outputGradient), name);
    }
}
