namespace ILGPU.Runtime.Cuda;

/// <summary>An operand of inline PTX: read.</summary>
public struct Input<T> : ICudaAsmEmitParameter
    where T : unmanaged
{
    public T Value;

    public static implicit operator Input<T>(T value) => new() { Value = value };
}
