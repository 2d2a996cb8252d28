namespace KernelGen.CompilerServices;

/// <summary>What a backward pass checks beyond a forward one, and what it does with keys that do not count.</summary>
internal static class BackwardChecks
{
    public static void Check(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> output,
        ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> queryGradient, ReadOnlySpan<float> keyGradient, ReadOnlySpan<float> valueGradient,
        in AttentionShape shape, int headDim, int valueDim)
    {
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

    /// <summary>The projections that a forward call filled a result with.</summary>
    /// <exception cref="ArgumentException">
    /// No forward call filled it, or one of another declaration, hyperparameter or draw, or with other key lengths: the gradients would be of neither.
    /// </exception>
    public static PackedProjection CheckFilled(AttentionResult result, AttentionEngine layer, ReadOnlySpan<int> keyLengths)
    {
        PackedProjection packed = result.Filling ?? throw new ArgumentException("The result is empty: call Forward with it first.", nameof(result));
        CheckLayer(packed, layer);
        int keyLength = result.Shape.KeyLength;
        for (int i = 0; i < Math.Max(keyLengths.Length, result.KeyLengths.Length); i++)
        {
            int given = keyLengths.IsEmpty ? keyLength : keyLengths[i];
            int kept = result.KeyLengths.IsEmpty ? keyLength : result.KeyLengths[i];
            if (given != kept)
            {
                throw new ArgumentException(
                    $"Sequence {i} has {given} keys in this call, but had {kept} in the forward call that filled the result: give both the same.",
                    nameof(keyLengths));
            }
        }

        return packed;
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

    // A layer that is declared, drawn and asked the same computes the same, so its results are as good as one's own.
    private static void CheckLayer(PackedProjection packed, AttentionEngine layer)
    {
        if (ReferenceEquals(packed.Layer, layer))
        {
            return;
        }

        if (packed.Layer.GetType() != layer.GetType())
        {
            throw new ArgumentException(
                $"The result was filled by a layer {packed.Layer.LayerName}, but this one is {layer.LayerName}: call Forward of this layer with it first.",
                "result");
        }

        if (!packed.Layer.Hyperparameters.SequenceEqual(layer.Hyperparameters))
        {
            throw new ArgumentException(
                $"The result was filled by another {layer.LayerName}, with the hyperparameters [{LayerParameters.Describe(packed.Layer.Hyperparameters)}], "
                + $"but this one has [{LayerParameters.Describe(layer.Hyperparameters)}]: call Forward of this layer with it first.",
                "result");
        }

        if (packed.Source is { } drawn && layer.Projection is { } own && !drawn.HasWeightsOf(own))
        {
            throw new ArgumentException(
                $"The result was filled by another {layer.LayerName}, with projections of the checksum {drawn.Checksum:X8}, but those of this one have "
                + $"{own.Checksum:X8}: call Forward of this layer with it first.",
                "result");
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
