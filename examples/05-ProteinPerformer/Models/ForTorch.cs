using KernelGen.Examples.Training;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Batches as the trainer takes them.</summary>
internal static class ForTorch
{
    /// <summary>The same arrays; lengths only where a row is padded, since whole rows need no look at them.</summary>
    public static TrainingBatch Of(Batch batch) =>
        new(
            batch.Rows, batch.Length, batch.Inputs, batch.Targets,
            batch.Lengths.All(length => length == batch.Length) ? null : batch.Lengths);
}
