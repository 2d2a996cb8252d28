namespace KernelGen.Examples.CpuAndGpu;

/// <summary>What was measured of one direction of a layer.</summary>
/// <param name="Pair">The layer.</param>
/// <param name="Backward">Whether it is the backward pass.</param>
/// <param name="Disagreement">The largest difference of the outputs, or gradients, of device and CPU over the largest.</param>
/// <param name="Cpu">A call on the CPU.</param>
/// <param name="Gpu">
/// A call on the device, whose tensors are there already; where that is a check only, the first call with its copies.
/// </param>
/// <param name="Loading">
/// What ILGPU and the driver took to compile the kernels, once; of a backward pass together with its first call.
/// </param>
internal sealed record Measurement(Pair Pair, bool Backward, double Disagreement, TimeSpan Cpu, TimeSpan Gpu, TimeSpan Loading)
{
    /// <summary>What tables call it.</summary>
    public string Name => Backward ? "  its backward pass" : Pair.Name;
}
