namespace KernelGen.IlgpuFacade;

/// <summary>What is known of one cell. Times are phases of the <see cref="Watch"/>, which only ever grow, so nothing has to be cleared
/// between phases, groups and launches.</summary>
internal struct Cell
{
    /// <summary>Place in the log of the turn that touched the cell last; older turns have smaller numbers.</summary>
    public long Entry;

    /// <summary>Phase of the last touch that was not atomic.</summary>
    public int Touched;

    /// <summary>Phase of the last visible write; 1 stands for the host, 0 for nobody.</summary>
    public int Written;

    /// <summary>Phase of the last atomic update.</summary>
    public int Atomic;

    /// <summary>Phase of the last touch by an earlier group than the one that <see cref="Touched"/> speaks of.</summary>
    public int TouchedEarlier;

    /// <summary>Phase of the last atomic update by an earlier group than the one that <see cref="Atomic"/> speaks of.</summary>
    public int AtomicEarlier;

    /// <summary>
    /// The member behind <see cref="Touched"/> or <see cref="Atomic"/>, whichever came last, unless several touched it in that phase.
    /// </summary>
    public ushort Toucher;

    /// <summary>The member behind <see cref="Written"/>.</summary>
    public ushort Writer;
}
