namespace ILGPU.Runtime.OpenCL;

/// <summary>What OpenCL says that a device is.</summary>
[Flags]
public enum CLDeviceType
{
    CL_DEVICE_TYPE_CPU = 1 << 1,
    CL_DEVICE_TYPE_GPU = 1 << 2,
}
