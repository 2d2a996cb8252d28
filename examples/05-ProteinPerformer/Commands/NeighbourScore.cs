namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What a counting model reaches on single proteins for validation.</summary>
/// <param name="Task">The task.</param>
/// <param name="Model">The model.</param>
/// <param name="Score">Its score.</param>
internal sealed record NeighbourScore(string Task, NaiveBayes Model, Score Score);
