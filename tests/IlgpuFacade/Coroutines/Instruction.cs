using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>One instruction of a method; the operand is resolved, and branch targets are offsets.</summary>
internal readonly record struct Instruction(int Offset, OpCode Code, object? Operand);
