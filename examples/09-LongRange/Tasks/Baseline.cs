namespace KernelGen.Examples.LongRange;

/// <summary>What a task's score is without a model.</summary>
/// <param name="Name">What is guessed, and from what.</param>
/// <param name="Score">On held-out examples, in the unit of the task.</param>
internal sealed record Baseline(string Name, double Score);
