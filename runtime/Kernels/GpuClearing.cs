using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>A launch that puts zeros in rows of a gradient: a group so many rows of a head.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuClearing
{
    /// <summary>Rows of a group.</summary>
    private const int Rows = 1024;

    /// <param name="gradient">The operand.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="shape">The sizes of the call.</param>
    /// <param name="byQueries">Whether rows of queries that count stay as they are.</param>
    /// <param name="byKeys">Likewise rows of keys. Where neither, none stays; where both, those do that both let stay.</param>
    public GpuClearing(Operand gradient, in GpuPlace place, in AttentionShape shape, bool byQueries, bool byKeys)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        var (heads, rows) = (gradient.HeadsOf(shape), gradient.RowsOf(shape));
        var spans = (rows + Rows - 1) / Rows;
        Groups = place.IsWanted ? checked(gradient.BatchOf(shape) * heads * spans) : 0;
        Shape = new(
            GpuPart.All(shape with { Heads = heads, KeyHeads = heads, QueryLength = rows, KeyLength = rows }), byQueries, byKeys,
            addsGradients: false, Rows, spans, from: 0, place.OfOwnHeads());
    }

    /// <summary>The groups; 0: there is nothing to clear.</summary>
    public int Groups { get; }

    /// <summary>What the kernel is told: its rows are queries and keys alike.</summary>
    public GpuShape Shape { get; }
}
