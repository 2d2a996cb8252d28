namespace KernelGen.Examples.ProteinPerformer;

/// <summary>All that the command <c>baselines</c> finds.</summary>
/// <param name="Epochs">What is learned from in contexts of each length.</param>
/// <param name="Neighbours">How the counting model was chosen.</param>
/// <param name="Tables">Both settings, both tasks.</param>
/// <param name="Relatives">What relatives are worth, both tasks.</param>
internal sealed record BaselinesResult(
    IReadOnlyList<EpochSummary> Epochs,
    IReadOnlyList<NeighbourScore> Neighbours,
    IReadOnlyList<BaselineTable> Tables,
    IReadOnlyList<RelativesTable> Relatives);
