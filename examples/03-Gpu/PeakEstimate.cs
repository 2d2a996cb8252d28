using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The float32 peak of a device by its data sheet: multiply-adds of all cores at the highest clock.</summary>
internal static class PeakEstimate
{
    /// <summary>Operations a second; null where the device does not tell enough.</summary>
    public static double? Of(Device device) => device is CudaDevice { ClockRate: > 0, Architecture: { } architecture } cuda
        && CoresPerMultiprocessor(architecture.Major, architecture.Minor) is { } cores
            ? 2.0 * cores * cuda.NumMultiprocessors * cuda.ClockRate * 1e6 // ClockRate is in MHz.
            : null;

    // "Arithmetic Instructions" of the CUDA C++ programming guide, the row of 32-bit multiply-adds.
    private static int? CoresPerMultiprocessor(int major, int minor) => (major, minor) switch
    {
        (3, _) => 192,
        (5, _) => 128,
        (6, 0) => 64,
        (6, _) => 128,
        (7, _) => 64,
        (8, 0) => 64,
        (8, _) or (9, _) or (10, _) or (12, _) => 128,
        _ => null,
    };
}
