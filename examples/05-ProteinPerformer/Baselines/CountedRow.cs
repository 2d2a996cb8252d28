namespace KernelGen.Examples.ProteinPerformer;

/// <summary>One row of a batch with the residues that results are counted on.</summary>
/// <param name="Inputs">What is read, without padding.</param>
/// <param name="Places">Where the residues stand, in ascending order.</param>
/// <param name="Residues">What they are.</param>
/// <param name="Relatives">The relatives that are seen there.</param>
internal sealed record CountedRow(long[] Inputs, int[] Places, long[] Residues, int[] Relatives)
{
    /// <summary>The rows of a batch of <paramref name="task"/> that have any.</summary>
    public static IEnumerable<CountedRow> Of(Batch batch, PredictionTask task)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var start = row * batch.Length;
            int[] positions = [.. Enumerable.Range(start, batch.Lengths[row]).Where(position => batch.Counted[position])];
            if (positions.Length > 0)
            {
                yield return new CountedRow(
                    batch.Inputs[start..(start + batch.Lengths[row])],
                    [.. positions.Select(position => position - start + task.Offset)],
                    [.. positions.Select(position => batch.Targets[position])],
                    [.. positions.Select(position => batch.Relatives[position])]);
            }
        }
    }
}
