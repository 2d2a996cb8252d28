namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Batches to be tested on: the same for every model, and each row the same in batches of any size.</summary>
internal static class EvaluationBatches
{
    /// <summary>Rows of about the same length come together.</summary>
    /// <param name="task">What is asked.</param>
    /// <param name="rows">The rows, as of <see cref="EvaluationContexts"/> or <see cref="SingleProteins"/>.</param>
    /// <param name="size">Rows of a batch; the last may have fewer.</param>
    public static IReadOnlyList<Batch> Of(PredictionTask task, IReadOnlyList<Row> rows, int size) =>
        [.. rows.OrderBy(row => row.Tokens.Length).Chunk(size).Select(chunk => task.Make(chunk, "evaluation choices"))];
}
