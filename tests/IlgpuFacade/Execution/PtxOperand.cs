namespace KernelGen.IlgpuFacade;

/// <summary>An operand of inline PTX: what the kernel declared it as, and the bits in its register.</summary>
internal record struct PtxOperand(Type Type, uint Bits);
