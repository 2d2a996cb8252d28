namespace KernelGen.CompilerServices;

/// <summary>Projections as a kernel reads them. A call holds on to those that it started with.</summary>
/// <param name="Source">As they were drawn; null where the kernel draws none.</param>
internal sealed record PackedProjection(Projection? Source, AlignedBuffer Parameters)
{
    public static unsafe PackedProjection Of<TKernel>(Projection? projection, ReadOnlySpan<float> hyperparameters)
        where TKernel : struct, IAttentionKernel
    {
        ShapeChecks.CheckProjection(projection, TKernel.ProjectionRows, TKernel.HeadDim, TKernel.NeedsHadamard);
        AlignedBuffer parameters = new(TKernel.ParameterFloats);
        TKernel.PackParameters(projection, hyperparameters, new Span<float>(parameters.Pointer, TKernel.ParameterFloats));
        return new PackedProjection(projection, parameters);
    }
}
