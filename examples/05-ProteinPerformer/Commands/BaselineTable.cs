namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What baselines reach in one task on one kind of rows.</summary>
/// <param name="Title">The task and the rows.</param>
/// <param name="ByRelatives">Whether the rows hold relatives, so that scores by their number say something.</param>
/// <param name="Scores">For each list of proteins and each baseline.</param>
internal sealed record BaselineTable(string Title, bool ByRelatives, IReadOnlyList<BaselineScores> Scores);

/// <summary>The scores of one baseline on one list of proteins.</summary>
/// <param name="List">The list of the split.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Scores">Its scores.</param>
internal sealed record BaselineScores(string List, Baseline Baseline, RelativeScores Scores);
