using KernelGen.IlgpuFacade;

namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator; nobody has written it at first.</summary>
public abstract class MemoryBuffer : AcceleratorObject
{
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
        : base(accelerator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        ElementSize = elementSize;
        Block = new Block(accelerator.Watch, BlockKind.Global, length * elementSize, elementSize);
    }

    public long Length { get; }

    public int ElementSize { get; }

    public long LengthInBytes => Length * ElementSize;

    internal Block Block { get; }

    private protected override void Release() => Block.Free();
}
