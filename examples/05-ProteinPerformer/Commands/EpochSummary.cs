namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What one epoch of contexts holds.</summary>
/// <param name="ContextLength">The most tokens of a context.</param>
/// <param name="Contexts">Contexts of the epoch.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="WithRelativeBefore">Of the residues, the share whose protein has a relative before it.</param>
/// <param name="WithRelativeAround">And the share whose protein has one anywhere in its context.</param>
internal sealed record EpochSummary(int ContextLength, int Contexts, int Tokens, double WithRelativeBefore, double WithRelativeAround)
{
    /// <summary>Of the first epoch.</summary>
    public static EpochSummary Of(ProteinSet proteins, int contextLength, int seed)
    {
        var rows = TrainingContexts.OfEpoch(proteins, contextLength, seed, epoch: 0);
        Segment[] segments = [.. rows.SelectMany(row => row.Segments)];
        double residues = segments.Sum(segment => segment.Length);
        return new EpochSummary(
            contextLength,
            rows.Count,
            rows.Sum(row => row.Tokens.Length),
            segments.Where(segment => segment.RelativesBefore > 0).Sum(segment => segment.Length) / residues,
            segments.Where(segment => segment.RelativesAround > 0).Sum(segment => segment.Length) / residues);
    }
}
