namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The places of a run's batches by their number.</summary>
internal sealed class BatchPlaces(TrainingBatches batches)
{
    private long _step;
    private BatchPlace _place;

    /// <summary>The place of a step's batch. Steps are asked for in order, or from the first on again.</summary>
    public BatchPlace Of(long step)
    {
        if (step < _step)
        {
            (_step, _place) = (0, default);
        }

        for (; _step < step; _step++)
        {
            _place = batches.Next(_place);
        }

        return _place;
    }
}
