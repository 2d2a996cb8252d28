using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace KernelGen.Bench.Gpu;

/// <summary>The devices that ILGPU finds, the most likely one first.</summary>
internal static class GpuDevices
{
    /// <summary>O2, since O1 keeps registers in memory; a CPU accelerator whose groups have the 256 threads of the kernels.</summary>
    public static Context CreateContext() => Context.Create(builder => builder
        .Cuda().OpenCL().CPU(new CPUDevice(32, 8, 1)).Optimize(OptimizationLevel.O2));

    public static IReadOnlyList<Device> All(Context context) => [.. context.Devices.OrderBy(device => device switch
    {
        CudaDevice => 0,
        CLDevice cl => cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU) ? 1 : 2,
        _ => 3,
    })];

    public static string Describe(Device device) => device.AcceleratorType == AcceleratorType.CPU
        ? "ILGPU's CPU accelerator, a check only"
        : FormattableString.Invariant(
            $"{device.Name.Trim()} ({device.AcceleratorType}, {device.NumMultiprocessors} multiprocessors, {device.MemorySize / 1e9:F1} GB)");
}
