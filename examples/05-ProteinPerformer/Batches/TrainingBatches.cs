namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The batches of a run. Each is a function of the seed and its place alone, so that a resumed run sees what it would have seen.
/// </summary>
/// <param name="task">What is asked.</param>
/// <param name="seed">The seed of the run.</param>
internal abstract class TrainingBatches(PredictionTask task, int seed)
{
    private int _epoch = -1;
    private IReadOnlyList<Row[]> _batches = [];

    /// <summary>The seed of the run.</summary>
    protected int Seed => seed;

    /// <summary>The number of batches of an epoch.</summary>
    public int Count(int epoch) => OfEpoch(epoch).Count;

    /// <summary>The batch at <paramref name="place"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch has no such batch.</exception>
    public Batch Get(BatchPlace place)
    {
        var batches = OfEpoch(place.Epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(place.Position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place.Position, batches.Count);
        return task.Make(batches[place.Position], "training choices", seed, place.Epoch);
    }

    /// <summary>The place of the batch after that at <paramref name="place"/>.</summary>
    public BatchPlace Next(BatchPlace place) =>
        place.Position + 1 < Count(place.Epoch) ? place with { Position = place.Position + 1 } : new BatchPlace(place.Epoch + 1, 0);

    /// <summary>The rows of each batch of an epoch, a function of the epoch and the seed alone.</summary>
    protected abstract IReadOnlyList<Row[]> Plan(int epoch);

    // A run goes through one epoch after the other: the last plan is enough.
    private IReadOnlyList<Row[]> OfEpoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (epoch != _epoch)
        {
            _batches = Plan(epoch);
            _epoch = epoch;
        }

        return _batches;
    }
}
