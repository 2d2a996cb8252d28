namespace ILGPU.Runtime;

/// <summary>Memory that is seen through a view.</summary>
public abstract class MemoryBuffer<TView> : MemoryBuffer, IContiguousArrayView
    where TView : struct
{
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
    }

    public TView View { get; private protected set; }

    public bool IsValid => Length > 0;

    void IContiguousArrayView.Fill(byte value)
    {
        IContiguousArrayView bytes = new ArrayView<byte>(Block, 0, LengthInBytes);
        bytes.Fill(value);
    }
}
