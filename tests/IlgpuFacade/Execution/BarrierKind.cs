namespace KernelGen.IlgpuFacade;

/// <summary>The barriers, by the names of their methods.</summary>
internal enum BarrierKind
{
    None,
    Barrier,
    BarrierAnd,
    BarrierOr,
    BarrierPopCount,
}
