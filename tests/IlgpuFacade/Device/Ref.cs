namespace ILGPU.Runtime.Cuda;

/// <summary>An operand of inline PTX: read and written.</summary>
public struct Ref<T> : ICudaAsmEmitParameter
    where T : unmanaged
{
    public T Value;

    public static implicit operator Ref<T>(T value) => new() { Value = value };
}
