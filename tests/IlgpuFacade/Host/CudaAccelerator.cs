namespace ILGPU.Runtime.Cuda;

/// <summary>A CUDA device: the facade has none.</summary>
public sealed class CudaAccelerator : Accelerator
{
    private CudaAccelerator(Context context, Device device)
        : base(context, device)
    {
    }

    public CudaArchitecture Architecture => default;
}
