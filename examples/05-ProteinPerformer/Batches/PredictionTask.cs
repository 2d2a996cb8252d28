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
    /// <param name="purpose">What the random choices are for; with <paramref name="place"/> and the row it decides them.</param>
    /// <param name="place">Seed, epoch and so on.</param>
    public Batch Make(IReadOnlyList<Row> rows, string purpose, params ReadOnlySpan<int> place)
    {
        var batch = new Batch(rows.Count, rows.Max(row => row.Tokens.Length));
        for (int i = 0; i < rows.Count; i++)
        {
            Row row = rows[i];
            for (int t = 0; t < row.Tokens.Length; t++)
            {
                batch.Inputs[i * batch.Length + t] = row.Tokens[t];
            }

            batch.Lengths[i] = row.Tokens.Length;

            // What is drawn for a row does not depend on what else is in its batch.
            Fill(batch, i * batch.Length, row, Seeds.Random(purpose, [.. place, row.Segments[0].Protein, row.Segments[0].From]));
        }

        return batch;
    }

    /// <summary>Sets targets, and changes inputs, of a row whose tokens are the batch's inputs from <paramref name="start"/> on.</summary>
    protected abstract void Fill(Batch batch, int start, Row row, Random random);
}
