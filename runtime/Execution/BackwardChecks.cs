namespace KernelGen.CompilerServices;

/// <summary>What a backward pass checks beyond a forward one.</summary>
internal static class BackwardChecks
{
    /// <summary>The projections that a forward call filled a result with.</summary>
    /// <exception cref="ArgumentException">
    /// No forward call filled it, or one of another declaration, hyperparameter or draw, or with other key lengths: the gradients would be
    /// of neither.
    /// </exception>
    public static PackedProjection CheckFilled(AttentionResult result, AttentionEngine layer, ReadOnlySpan<int> keyLengths)
    {
        var packed = result.Filling ?? throw new ArgumentException("The result is empty: call Forward with it first.", nameof(result));
        CheckLayer(packed, layer);
        var keyLength = result.Shape.KeyLength;
        for (var i = 0; i < Math.Max(keyLengths.Length, result.KeyLengths.Length); i++)
        {
            var given = keyLengths.IsEmpty ? keyLength : keyLengths[i];
            var kept = result.KeyLengths.IsEmpty ? keyLength : result.KeyLengths[i];
            if (given != kept)
            {
                throw new ArgumentException(
                    $"Sequence {i} has {given} keys in this call, but had {kept} in the forward call that filled the result: give both the same.",
                    nameof(keyLengths));
            }
        }

        return packed;
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
}
