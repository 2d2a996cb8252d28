namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Batches of contexts of relatives.</summary>
/// <param name="proteins">All proteins.</param>
/// <param name="task">What is asked.</param>
/// <param name="length">The most tokens of a context.</param>
/// <param name="rows">Contexts of a batch; the last of an epoch may have fewer.</param>
/// <param name="seed">The seed of the run.</param>
internal sealed class ContextBatches(ProteinSet proteins, PredictionTask task, int length, int rows, int seed) : TrainingBatches(task, seed)
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Row[]> Plan(int epoch)
    {
        Row[] contexts = [.. TrainingContexts.OfEpoch(proteins, length, Seed, epoch)];

        // As planned, contexts late in an epoch are those of proteins whose relatives are used up.
        Seeds.Random("order of contexts", Seed, epoch).Shuffle(contexts);
        return [.. contexts.Chunk(rows)];
    }
}
