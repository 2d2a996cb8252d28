namespace KernelGen.CompilerServices;

/// <summary>One kernel of a backward pass. Emitted layers make them; the engine of the layer runs them one after the other.</summary>
public abstract class GradientPass
{
    private protected GradientPass()
    {
    }

    /// <summary>The pass that runs a kernel.</summary>
    public static GradientPass Of<TKernel>()
        where TKernel : struct, IAttentionKernel
        => new GradientPass<TKernel>();

    internal abstract long ScratchBytes(in AttentionShape shape, int degree);

    internal abstract void Run(
        in CallTensors tensors, in AttentionShape shape, int degree, Projection? projection, ReadOnlySpan<float> hyperparameters);
}

/// <inheritdoc/>
internal sealed class GradientPass<TKernel> : GradientPass
    where TKernel : struct, IAttentionKernel
{
    private readonly CallPool<AttentionCall<TKernel>> _calls = new();

    // Packed at the first backward pass, and anew after a redraw.
    private volatile PackedProjection? _packed;

    internal override long ScratchBytes(in AttentionShape shape, int degree) => AttentionCall<TKernel>.MemoryBytes(shape, degree);

    internal override unsafe void Run(
        in CallTensors tensors, in AttentionShape shape, int degree, Projection? projection, ReadOnlySpan<float> hyperparameters)
    {
        PackedProjection? packed = _packed;
        if (packed is null || !ReferenceEquals(packed.Source, projection))
        {
            _packed = packed = PackedProjection.Of<TKernel>(projection, hyperparameters);
        }

        AttentionCall<TKernel> call = _calls.Rent();
        try
        {
            call.Run(tensors, packed.Parameters.Pointer, shape, degree);
        }
        finally
        {
            _calls.Return(call);
        }

        GC.KeepAlive(packed);
    }
}
