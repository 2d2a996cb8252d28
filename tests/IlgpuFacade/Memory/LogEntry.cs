namespace KernelGen.IlgpuFacade;

/// <summary>A cell that the running member touched in this turn.</summary>
internal struct LogEntry
{
    public int Cell;

    /// <summary>What it held at the first touch, or after the last atomic update: a difference at the end is a plain write.</summary>
    public uint Before;

    public bool Atomic;

    /// <summary>A plain write came before an atomic update.</summary>
    public bool Written;
}
