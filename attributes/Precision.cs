namespace KernelGen;

/// <summary>How GPU kernels multiply. CPU kernels are float32 always.</summary>
public enum Precision
{
    /// <summary>In float32: outputs are within 1e-4 of the CPU's, relative to the largest.</summary>
    Float32 = 0,

    /// <summary>
    /// On the tensor cores of CUDA devices, of compute capability 8.0 and above: operands are rounded to 10 bits of mantissa, and sums are
    /// float32. Outputs are within 2e-3 of the CPU's, relative to the largest. Projections stay float32 and the scores of exact attention
    /// keep 20 bits, since exponentials make an absolute error a relative one. Devices other than CUDA's compute the same layer in float32.
    /// </summary>
    TensorFloat32 = 1,
}
