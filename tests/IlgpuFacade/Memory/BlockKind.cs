namespace KernelGen.IlgpuFacade;

/// <summary>Who sees a block of memory: all groups, the members of one group, or one member.</summary>
internal enum BlockKind
{
    Global,
    Shared,
    Local,
}
