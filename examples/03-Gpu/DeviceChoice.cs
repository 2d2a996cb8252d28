using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>A device that the kernels can run on.</summary>
/// <param name="Number">Its number in the list.</param>
/// <param name="Device">The device.</param>
internal sealed record DeviceChoice(int Number, Device Device)
{
    /// <summary>
    /// Whether it is ILGPU's CPU accelerator, which interleaves the threads of a group on the CPU: a check of kernels, not a speed.
    /// </summary>
    public bool IsCheckOnly => Device.AcceleratorType == AcceleratorType.CPU;

    /// <summary>What reports call it.</summary>
    public string Name => IsCheckOnly ? "ILGPU's CPU accelerator" : Device.Name.Trim();

    /// <summary>Float32 operations a second that it could do; null where that is not known.</summary>
    public double? Peak => PeakEstimate.Of(Device);
}
