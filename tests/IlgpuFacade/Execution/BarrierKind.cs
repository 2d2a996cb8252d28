namespace KernelGen.IlgpuFacade;

/// <summary>What a member can wait at: barriers of the group, by the names of their methods, and a multiplication of its warp.</summary>
internal enum BarrierKind
{
    None,
    Barrier,
    BarrierAnd,
    BarrierOr,
    BarrierPopCount,
    Multiply,
}
