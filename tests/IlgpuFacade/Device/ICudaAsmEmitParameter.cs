namespace ILGPU.Runtime.Cuda;

/// <summary>An operand of inline PTX.</summary>
public interface ICudaAsmEmitParameter;
