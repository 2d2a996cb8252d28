namespace KernelGen.Examples.CpuAndGpu;

/// <summary>What was measured of one layer.</summary>
/// <param name="Pair">The layer.</param>
/// <param name="Disagreement">The largest difference of the outputs of device and CPU over the largest output.</param>
/// <param name="Cpu">A call on the CPU.</param>
/// <param name="Gpu">A call on the device, whose tensors are there already; where that is a check only, the first call with its copies.</param>
/// <param name="Loading">What ILGPU and the driver took to compile the kernels, once.</param>
internal sealed record Measurement(Pair Pair, double Disagreement, TimeSpan Cpu, TimeSpan Gpu, TimeSpan Loading);
