namespace ILGPU.Runtime.Cuda;

/// <summary>The compute capability of a CUDA device.</summary>
public readonly struct CudaArchitecture
{
    public int Major => 0;
}
