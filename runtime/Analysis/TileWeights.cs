namespace KernelGen;

/// <summary>
/// Attention weights of some queries for the keys of one tile at a time, each row of them relative to a reference: weight · e^reference is
/// the kernel. A reference is about the largest logarithm in the row, so nothing overflows and no row is all zeros by underflow.
/// </summary>
internal abstract class TileWeights
{
    /// <summary>The most keys of a tile.</summary>
    public const int Keys = 64;

    /// <summary>Takes the next keys, k̂ [count, d] with count ≤ <see cref="Keys"/>.</summary>
    public abstract void Load(ReadOnlySpan<double> keys, int count);

    /// <summary>The weights of queries for the first keys of the tile.</summary>
    /// <param name="firstRow">The first query.</param>
    /// <param name="rows">How many queries.</param>
    /// <param name="keys">How many keys, from 1: those after them influence nothing, neither weights nor references.</param>
    /// <param name="weights">Overwritten, [rows, <see cref="Keys"/>].</param>
    /// <param name="references">Overwritten, one for each row.</param>
    public abstract void Compute(int firstRow, int rows, int keys, Span<double> weights, Span<double> references);
}
