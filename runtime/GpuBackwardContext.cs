using System.ComponentModel;
using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// What a forward call on a GPU keeps for a backward call, in memory of the device: at most two numbers a query, and the state of each
/// head. CreateContext of a layer's class Gpu allocates it for a shape; calls of that shape reuse it; the caller disposes of it.
/// </summary>
/// <remarks>It belongs to the object that created it, whose projections never change: those of another layer or draw are refused.</remarks>
public sealed class GpuBackwardContext : IDisposable
{
    /// <summary>For emitted code.</summary>
    /// <param name="owner">Whose calls it serves.</param>
    /// <param name="memory">The buffer on the device.</param>
    /// <param name="shape">The shape of the calls.</param>
    /// <param name="bytes">The size of the buffer.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public GpuBackwardContext(object owner, IDisposable memory, in AttentionShape shape, long bytes)
    {
        Owner = owner;
        Memory = memory;
        Shape = shape;
        Bytes = bytes;
        Gate = new CallGate(
            nameof(GpuBackwardContext),
            "calls at the same time need a context each, but for backward calls that share one.", memory.Dispose);
    }

    /// <summary>The shape that this memory was made for.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Its bytes on the device.</summary>
    public long Bytes { get; }

    /// <summary>The buffer, for emitted code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IDisposable Memory { get; }

    /// <summary>Whether a forward call that fills it is queued.</summary>
    internal bool IsFilled { get; set; }

    internal object Owner { get; }

    internal CallGate Gate { get; }

    /// <summary>Frees the memory on the device, at once or at the end of a call that is running.</summary>
    public void Dispose() => Gate.Close();
}
