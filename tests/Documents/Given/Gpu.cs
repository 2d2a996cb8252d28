// Likewise for documents about GPUs: a layer on a device, and its tensors there.
namespace Given;

public static partial class Names
{
    public static readonly Accelerator accelerator = null!;
    public static readonly CausalAttention.Gpu gpu = null!;

    public static readonly TensorStrides strides = new(batch: 4096 * 1536, head: 64, token: 1536);

    public static readonly MemoryBuffer1D<float, Stride1D.Dense> queryBuffer = null!, keyBuffer = null!, valueBuffer = null!;
    public static readonly MemoryBuffer1D<float, Stride1D.Dense> outputBuffer = null!, outputGradientBuffer = null!, fusedBuffer = null!;
    public static readonly MemoryBuffer1D<float, Stride1D.Dense> queryGradientBuffer = null!, keyGradientBuffer = null!;
    public static readonly MemoryBuffer1D<float, Stride1D.Dense> valueGradientBuffer = null!;
    public static readonly MemoryBuffer1D<int, Stride1D.Dense> lengthsBuffer = null!;
}
