namespace ILGPU.Runtime.CPU;

/// <summary>The simulated device; a group has at most warp size times warps members, as in ILGPU.</summary>
public sealed class CPUDevice : Device
{
    /// <summary>ILGPU allows its CPU groups any amount; the facade holds them to what every CUDA device gives without opting in.</summary>
    private const int SharedBytes = 48 * 1024;

    private readonly int _members;

    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
    {
        WarpSize = numThreadsPerWarp;
        _members = numThreadsPerWarp * numWarpsPerMultiprocessor;
        NumMultiprocessors = numMultiprocessors;
    }

    /// <summary>ILGPU's default CPU device: groups of sixteen.</summary>
    public static readonly CPUDevice Default = new(4, 4, 1);

    public override string Name => "CPUAccelerator";

    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    public override int MaxNumThreadsPerGroup => _members;

    public override int MaxSharedMemoryPerGroup => SharedBytes;

    public override Index3D MaxGridSize => new(int.MaxValue, ushort.MaxValue, ushort.MaxValue);

    public override int WarpSize { get; }

    public override int NumMultiprocessors { get; }

    public override long MemorySize => long.MaxValue;

    internal override bool RunsPtx => HasTensorCores;

    /// <summary>What only the facade has: whether the device executes inline PTX, as a CUDA device does.</summary>
    internal bool HasTensorCores { get; init; }

    public override Accelerator CreateAccelerator(Context context) => new CPUAccelerator(context, this);
}
