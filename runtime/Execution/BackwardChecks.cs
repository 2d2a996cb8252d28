namespace KernelGen.CompilerServices;

/// <summary>What a backward pass checks beyond a forward one.</summary>
internal static class BackwardChecks
{
    /// <summary>The projections that a forward call filled a context with.</summary>
    /// <exception cref="ArgumentException">
    /// No forward call filled it, or one of another shape, declaration, hyperparameter or draw: the gradients would be of neither.
    /// </exception>
    public static PackedProjection CheckFilled(BackwardContext context, AttentionEngine layer, in AttentionShape shape)
    {
        var packed = context.Filling
            ?? throw new ArgumentException("The context is empty: call Forward with it first.", nameof(context));
        CheckLayer(packed, layer);
        return context.Shape == shape
            ? packed
            : throw new ArgumentException(
                $"The context was filled by a call of {context.Shape}, but this one is of {shape}.", nameof(context));
    }

    // A layer that is declared, drawn and asked the same computes the same, so its contexts are as good as one's own.
    private static void CheckLayer(PackedProjection packed, AttentionEngine layer)
    {
        if (ReferenceEquals(packed.Layer, layer))
        {
            return;
        }

        if (packed.Layer.GetType() != layer.GetType())
        {
            throw new ArgumentException(
                $"The context was filled by a layer {packed.Layer.LayerName}, but this one is {layer.LayerName}: call Forward of this layer with it first.",
                "context");
        }

        if (!packed.Layer.Hyperparameters.SequenceEqual(layer.Hyperparameters))
        {
            throw new ArgumentException(
                $"The context was filled by another {layer.LayerName}, with the hyperparameters [{LayerParameters.Describe(packed.Layer.Hyperparameters)}], "
                + $"but this one has [{LayerParameters.Describe(layer.Hyperparameters)}]: call Forward of this layer with it first.",
                "context");
        }

        if (packed.Source is { } drawn && layer.Projection is { } own && !drawn.HasWeightsOf(own))
        {
            throw new ArgumentException(
                $"The context was filled by another {layer.LayerName}, with projections of the checksum {drawn.Checksum:X8}, but those of this one have "
                + $"{own.Checksum:X8}: call Forward of this layer with it first.",
                "context");
        }
    }
}
