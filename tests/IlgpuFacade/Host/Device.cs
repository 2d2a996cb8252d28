namespace ILGPU.Runtime;

/// <summary>Something that kernels can run on.</summary>
public abstract class Device
{
    private protected Device()
    {
    }

    public abstract string Name { get; }

    public abstract AcceleratorType AcceleratorType { get; }

    public abstract int MaxNumThreadsPerGroup { get; }

    public abstract int MaxSharedMemoryPerGroup { get; }

    public abstract Index3D MaxGridSize { get; }

    public abstract int WarpSize { get; }

    public abstract int NumMultiprocessors { get; }

    public abstract long MemorySize { get; }

    /// <summary>Whether kernels may use inline PTX.</summary>
    internal virtual bool RunsPtx => false;

    public abstract Accelerator CreateAccelerator(Context context);
}
