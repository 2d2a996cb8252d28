namespace ILGPU.Runtime.Cuda;

/// <summary>An operand of inline PTX: written.</summary>
public struct Output<T> : ICudaAsmEmitParameter
    where T : unmanaged
{
    public T Value;
}
