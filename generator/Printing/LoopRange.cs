namespace KernelGen.Generator.Printing;

/// <summary>Where a loop over tiles begins and ends.</summary>
/// <param name="From">The first token of the first tile.</param>
/// <param name="To">The token after the last.</param>
/// <param name="Next">The first token of the tile after the current one; null: where that ends.</param>
/// <param name="Unseen">Whether the current tile need not be visited after all; null: every tile is visited.</param>
internal readonly record struct LoopRange(string From, string To, string? Next = null, string? Unseen = null)
{
    /// <summary>Whether tiles between the first and the last may be left out.</summary>
    public bool HasGaps => Next is not null || Unseen is not null;
}
