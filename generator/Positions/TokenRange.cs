namespace KernelGen.Generator.Positions;

/// <summary>The positions that some token of a tile sees, or is seen by, all within [From, To) if the condition holds, else none.</summary>
/// <param name="From">The first; it may be below 0.</param>
/// <param name="To">The one after the last; null: they go to the end.</param>
/// <param name="Condition">Of the tile, the head and the count of keys.</param>
/// <param name="IsExact">Whether nothing was asked of the positions that these bounds do not say.</param>
internal sealed record TokenRange(WholeNumber From, WholeNumber? To, Relation Condition, bool IsExact);
