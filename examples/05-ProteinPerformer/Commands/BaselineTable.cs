namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What baselines reach in one task on one kind of rows.</summary>
/// <param name="Task">The task.</param>
/// <param name="ContextLength">The tokens of a context, or <see cref="Single"/>.</param>
/// <param name="Scores">For each list of proteins and each baseline.</param>
internal sealed record BaselineTable(string Task, int ContextLength, IReadOnlyList<BaselineScores> Scores)
{
    /// <summary>Instead of a length: rows of single proteins.</summary>
    public const int Single = 0;
}

/// <summary>The scores of one baseline on one list of proteins.</summary>
/// <param name="List">The list of the split.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Scores">Its scores.</param>
internal sealed record BaselineScores(string List, Baseline Baseline, RelativeScores Scores);
