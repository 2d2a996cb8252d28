namespace ILGPU.Runtime.Cuda;

/// <summary>CUDA devices: the facade has none.</summary>
public static class CudaContextExtensions
{
    public static Context.Builder Cuda(this Context.Builder builder) => builder;
}
