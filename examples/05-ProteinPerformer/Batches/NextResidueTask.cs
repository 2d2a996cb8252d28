namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The unidirectional task: at each token, which residue comes next? Every residue but the first of a row is asked for; separators are not,
/// since where a protein ends says little about proteins.
/// </summary>
internal sealed class NextResidueTask : PredictionTask
{
    /// <inheritdoc/>
    public override string Name => "unidirectional";

    /// <inheritdoc/>
    public override int Offset => 1;

    /// <inheritdoc/>
    protected override void Fill(Batch batch, int start, Row row, Func<Segment, Random> random)
    {
        foreach (var segment in row.Segments)
        {
            for (var t = Math.Max(1, segment.Start); t < segment.Start + segment.Length; t++)
            {
                batch.Targets[start + t - 1] = row.Tokens[t];
                batch.Counted[start + t - 1] = segment.Counted;
                batch.Proteins[start + t - 1] = segment.Protein;
                batch.Relatives[start + t - 1] = segment.RelativesBefore;
            }
        }
    }
}
