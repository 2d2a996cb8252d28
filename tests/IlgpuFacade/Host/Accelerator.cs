using KernelGen.IlgpuFacade;

namespace ILGPU.Runtime;

/// <summary>Owns buffers and runs kernels, one launch at a time.</summary>
public abstract class Accelerator : IDisposable
{
    private protected Accelerator(Context context, Device device)
    {
        Context = context;
        Device = device;
        DefaultStream = new FacadeStream(this);
    }

    public Context Context { get; }

    public Device Device { get; }

    public AcceleratorStream DefaultStream { get; }

    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    public string Name => Device.Name;

    public long MemorySize => Device.MemorySize;

    public Index3D MaxGridSize => Device.MaxGridSize;

    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    public int WarpSize => Device.WarpSize;

    public int NumMultiprocessors => Device.NumMultiprocessors;

    internal Watch Watch { get; } = new();

    public AcceleratorStream CreateStream() => new FacadeStream(this);

    /// <summary>Launches end before they return; from now on the host counts on it.</summary>
    public void Synchronize() => Watch.WaitForAll();

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged => new(this, length);

    public void Dispose()
    {
    }
}
