using System.Runtime.CompilerServices;
using KernelGen.IlgpuFacade;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Inline PTX: without it kernels take the path beside the <see cref="IsSupported"/> guard; devices that run PTX execute the instructions
/// that emitted code uses, and no other (<see cref="PtxInstruction"/>).
/// </summary>
public static class CudaAsm
{
    public static bool IsSupported => Execution.RunsPtx;

    public static void EmitRef<T0, T1>(string asm, ref T0 arg0, ref T1 arg1)
        where T0 : struct, ICudaAsmEmitParameter
        where T1 : struct, ICudaAsmEmitParameter
    {
        Span<PtxOperand> operands = [Read(ref arg0), Read(ref arg1)];
        PtxInstruction.Run(asm, operands);
        Write(ref arg0, operands[0]);
        Write(ref arg1, operands[1]);
    }

    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        string asm,
        ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5,
        ref T6 arg6, ref T7 arg7, ref T8 arg8, ref T9 arg9)
        where T0 : struct, ICudaAsmEmitParameter
        where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter
        where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter
        where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter
        where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter
        where T9 : struct, ICudaAsmEmitParameter
    {
        Span<PtxOperand> operands =
        [
            Read(ref arg0), Read(ref arg1), Read(ref arg2), Read(ref arg3), Read(ref arg4), Read(ref arg5),
            Read(ref arg6), Read(ref arg7), Read(ref arg8), Read(ref arg9),
        ];
        PtxInstruction.Run(asm, operands);
        Write(ref arg0, operands[0]);
        Write(ref arg1, operands[1]);
        Write(ref arg2, operands[2]);
        Write(ref arg3, operands[3]);
        Write(ref arg4, operands[4]);
        Write(ref arg5, operands[5]);
        Write(ref arg6, operands[6]);
        Write(ref arg7, operands[7]);
        Write(ref arg8, operands[8]);
        Write(ref arg9, operands[9]);
    }

    /// <summary>All operands of the facade hold one number of 32 bits.</summary>
    private static PtxOperand Read<T>(ref T operand)
        where T : struct, ICudaAsmEmitParameter => new(typeof(T), Unsafe.As<T, uint>(ref operand));

    private static void Write<T>(ref T operand, PtxOperand result)
        where T : struct, ICudaAsmEmitParameter => Unsafe.As<T, uint>(ref operand) = result.Bits;
}
