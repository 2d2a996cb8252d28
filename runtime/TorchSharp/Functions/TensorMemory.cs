using System.Buffers;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// The numbers of a tensor as memory that a context can live in. The tensor is lent to it for each call, since autograd owns it in between
/// and hands out a new object for it each time.
/// </summary>
/// <param name="length">The numbers of the tensor.</param>
internal sealed class TensorMemory(int length) : MemoryManager<float>
{
    private Tensor? _tensor;

    public override Memory<float> Memory => CreateMemory(length);

    /// <summary>Lends the tensor for a call; null ends it.</summary>
    public void Lend(Tensor? tensor) => _tensor = tensor;

    public override Span<float> GetSpan() => TensorSpan.Of(_tensor ?? throw new InvalidOperationException(
        "This memory is a saved tensor's, which is lent for the calls of its own function alone."));

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("A tensor is not pinned: use its span.");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
