namespace ILGPU.Runtime;

/// <summary>A one-dimensional buffer.</summary>
public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer<ArrayView1D<T, TStride>>
    where T : unmanaged
    where TStride : unmanaged, IStride1D
{
    internal unsafe MemoryBuffer1D(Accelerator accelerator, long length)
        : base(accelerator, length, sizeof(T)) => View = new(new ArrayView<T>(Block, 0, length));
}
