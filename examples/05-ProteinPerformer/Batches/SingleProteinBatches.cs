namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Batches of single proteins. Rows of about the same length come together, so that little is padded.</summary>
/// <param name="proteins">All proteins.</param>
/// <param name="task">What is asked.</param>
/// <param name="length">The most tokens of a row.</param>
/// <param name="rows">Rows of a batch; the last ones of an epoch may have fewer.</param>
/// <param name="seed">The seed of the run.</param>
internal sealed class SingleProteinBatches(ProteinSet proteins, PredictionTask task, int length, int rows, int seed)
    : TrainingBatches(task, seed)
{
    /// <summary>
    /// So many batches' rows are sorted by length among themselves: enough for little padding, few enough to stay random.
    /// </summary>
    private const int Pool = 32;

    private readonly IReadOnlyList<Row> _rows = SingleProteins.Of(proteins, proteins.Split.Training, length);

    /// <inheritdoc/>
    protected override IReadOnlyList<Row[]> Plan(int epoch)
    {
        var random = Seeds.Random("order of single proteins", Seed, epoch);
        Row[] order = [.. _rows];
        random.Shuffle(order);
        Row[][] batches = [.. order.Chunk(Pool * rows).SelectMany(pool => pool.OrderBy(row => row.Tokens.Length).Chunk(rows))];
        random.Shuffle(batches);
        return batches;
    }
}
