namespace ILGPU.Runtime.OpenCL;

/// <summary>An OpenCL device, which only tests can make: it has a name and a type, and computes as the simulated device does.</summary>
public sealed class CLDevice : Device
{
    private readonly CPU.CPUDevice _computes = new(32, 8, 1);

    internal CLDevice(string name, CLDeviceType type)
    {
        Name = name;
        DeviceType = type;
    }

    public override string Name { get; }

    public CLDeviceType DeviceType { get; }

    public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;

    public override int MaxNumThreadsPerGroup => _computes.MaxNumThreadsPerGroup;

    public override int MaxSharedMemoryPerGroup => _computes.MaxSharedMemoryPerGroup;

    public override Index3D MaxGridSize => _computes.MaxGridSize;

    public override int WarpSize => _computes.WarpSize;

    public override int NumMultiprocessors => _computes.NumMultiprocessors;

    public override long MemorySize => _computes.MemorySize;

    public override Accelerator CreateAccelerator(Context context) => new CLAccelerator(context, this);
}
