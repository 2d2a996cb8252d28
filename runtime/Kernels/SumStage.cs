using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// How far the sums of a fold have come. Emitted kernels keep them in groups of tiles, which are added up in twice the precision.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum SumStage
{
    /// <summary>No token has been added: the sums are 0, and need not be in memory.</summary>
    Empty,

    /// <summary>In their first group the sums are plain and have no rest.</summary>
    FirstGroup,

    /// <summary>A sum has a rest, and a group that is open.</summary>
    Grouped,
}
