namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What a model is asked: turns rows into inputs and targets.</summary>
internal abstract class PredictionTask
{
    /// <summary>What tables call it.</summary>
    public abstract string Name { get; }

    /// <summary>How far after the position of a target the residue stands that it is about.</summary>
    public abstract int Offset { get; }

    /// <summary>Makes a batch as long as the longest of the rows.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="purpose">What the random choices are for; with <paramref name="place"/> and the protein it decides them.</param>
    /// <param name="place">Seed, epoch and so on.</param>
    public Batch Make(IReadOnlyList<Row> rows, string purpose, params ReadOnlySpan<int> place)
    {
        int[] at = [.. place];
        var batch = new Batch(rows.Count, rows.Max(row => row.Tokens.Length));
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            for (var t = 0; t < row.Tokens.Length; t++)
            {
                batch.Inputs[i * batch.Length + t] = row.Tokens[t];
            }

            batch.Lengths[i] = row.Tokens.Length;

            // What is drawn for a protein depends neither on what stands beside it nor on what else is in the batch.
            Fill(batch, i * batch.Length, row, segment => Seeds.Random(purpose, [.. at, segment.Protein, segment.From]));
        }

        return batch;
    }

    /// <summary>Sets targets, and changes inputs, of a row whose tokens are the batch's inputs from <paramref name="start"/> on.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="start">Where the row starts in its arrays.</param>
    /// <param name="row">The row.</param>
    /// <param name="random">The random numbers of a segment.</param>
    protected abstract void Fill(Batch batch, int start, Row row, Func<Segment, Random> random);
}
