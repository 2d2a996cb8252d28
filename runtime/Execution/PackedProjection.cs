namespace KernelGen.CompilerServices;

/// <summary>
/// Projections as the kernels of one layer read them. Never changed once packed, so calls, contexts, states and item sets hold on to those
/// that they started with, and share them.
/// </summary>
internal sealed class PackedProjection
{
    private readonly GradientPass[] _passes;
    private readonly AlignedBuffer?[] _passParameters;

    private PackedProjection(AttentionEngine layer, Projection? source, AlignedBuffer parameters, GradientPass[] passes)
    {
        Layer = layer;
        Source = source;
        Parameters = parameters;
        _passes = passes;
        _passParameters = new AlignedBuffer?[passes.Length];
    }

    /// <summary>Whose they are.</summary>
    public AttentionEngine Layer { get; }

    /// <summary>As they were drawn; null where the kernel draws none.</summary>
    public Projection? Source { get; }

    /// <summary>As the kernel of the forward pass reads them.</summary>
    public AlignedBuffer Parameters { get; }

    /// <summary>Packs projections for a layer.</summary>
    /// <exception cref="ArgumentException">The projection is not what the kernel draws.</exception>
    public static PackedProjection Of<TKernel>(AttentionEngine layer, Projection? projection, GradientPass[] passes)
        where TKernel : struct, IAttentionKernel
        => new(layer, projection, Pack<TKernel>(projection, layer.Hyperparameters), passes);

    /// <summary>Packs projections for one kernel.</summary>
    public static unsafe AlignedBuffer Pack<TKernel>(Projection? projection, ReadOnlySpan<float> hyperparameters)
        where TKernel : struct, IAttentionKernel
    {
        ShapeChecks.CheckProjection(projection, TKernel.ProjectionRows, TKernel.HeadDim, TKernel.NeedsHadamard);
        AlignedBuffer parameters = new(TKernel.ParameterFloats);
        TKernel.PackParameters(projection, hyperparameters, new Span<float>(parameters.Pointer, TKernel.ParameterFloats));
        return parameters;
    }

    /// <summary>As a kernel of the backward pass reads them; packed when it first runs.</summary>
    public AlignedBuffer OfPass(int pass)
    {
        ref var place = ref _passParameters[pass];
        if (Volatile.Read(ref place) is { } packed)
        {
            return packed;
        }

        // Where two calls pack at the same time, both go on with what the first one put down.
        packed = _passes[pass].Pack(Source, Layer.Hyperparameters);
        return Interlocked.CompareExchange(ref place, packed, null) ?? packed;
    }
}
