using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The devices that ILGPU finds on this machine.</summary>
internal static class Devices
{
    /// <summary>
    /// A context with all of them. O2 because ILGPU's default, O1, leaves registers in memory. The CPU accelerator that ILGPU has by
    /// default has groups of 16 threads; the kernels need 256.
    /// </summary>
    public static Context CreateContext() => Context.Create(builder => builder
        .Cuda()
        .OpenCL()
        .CPU(new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 8, numMultiprocessors: 1))
        .Optimize(OptimizationLevel.O2));

    /// <summary>CUDA first, then OpenCL, ILGPU's CPU accelerator last.</summary>
    public static IReadOnlyList<DeviceChoice> All(Context context) =>
        [.. context.Devices.OrderBy(Rank).Select((device, number) => new DeviceChoice(number, device))];

    /// <summary>The device of that number, or the first.</summary>
    /// <exception cref="JobException">There is none of that number.</exception>
    public static DeviceChoice Choose(IReadOnlyList<DeviceChoice> devices, int? number)
    {
        var chosen = number ?? 0;
        return chosen < devices.Count
            ? devices[chosen]
            : throw new JobException(FormattableString.Invariant(
                $"There is no device {chosen}: the last one is {devices.Count - 1}. --list shows all of them."));
    }

    private static int Rank(Device device) => device switch
    {
        CudaDevice => 0,

        // OpenCL also comes for CPUs, as PoCL does.
        CLDevice cl => cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU) ? 1 : 2,
        _ => 3,
    };
}
