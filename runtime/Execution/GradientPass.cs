using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>One kernel of a backward pass. Emitted layers make them; the engine of the layer runs them one after the other.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GradientPass
{
    private protected GradientPass()
    {
    }

    /// <summary>The pass that runs a kernel.</summary>
    public static GradientPass Of<TKernel>()
        where TKernel : struct, IAttentionKernel
        => new GradientPass<TKernel>();

    /// <summary>What its kernel is handed.</summary>
    internal abstract ReadOnlySpan<Operand> Operands { get; }

    internal abstract long ScratchBytes(in AttentionShape shape, int degree);

    /// <summary>Brings projections into the order that the kernel reads.</summary>
    internal abstract AlignedBuffer Pack(Projection? projection, ReadOnlySpan<float> hyperparameters);

    /// <param name="memory">Where all is that the call is handed.</param>
    /// <param name="slots">The slot of each of <see cref="Operands"/>.</param>
    /// <param name="zeros">A row of zeros, in place of what is read and missing; null where nothing can be.</param>
    /// <param name="shape">The sizes of the call.</param>
    /// <param name="degree">The threads that it may use.</param>
    /// <param name="parameters">What <see cref="Pack"/> gave.</param>
    internal abstract unsafe void Run(
        in CallMemory memory, ReadOnlySpan<int> slots, float* zeros, in AttentionShape shape, int degree, AlignedBuffer parameters);
}

/// <inheritdoc/>
internal sealed class GradientPass<TKernel> : GradientPass
    where TKernel : struct, IAttentionKernel
{
    private readonly CallPool<AttentionCall<TKernel>> _calls = new();

    internal override ReadOnlySpan<Operand> Operands => KernelOperands<TKernel>.All;

    internal override long ScratchBytes(in AttentionShape shape, int degree) => AttentionCall<TKernel>.MemoryBytes(shape, degree);

    internal override AlignedBuffer Pack(Projection? projection, ReadOnlySpan<float> hyperparameters) =>
        PackedProjection.Pack<TKernel>(projection, hyperparameters);

    internal override unsafe void Run(
        in CallMemory memory, ReadOnlySpan<int> slots, float* zeros, in AttentionShape shape, int degree, AlignedBuffer parameters)
    {
        var call = _calls.Rent();
        try
        {
            call.Run(memory, slots, parameters.Pointer, zeros, shape, degree);
        }
        finally
        {
            _calls.Return(call);
        }

        GC.KeepAlive(parameters);
    }
}
