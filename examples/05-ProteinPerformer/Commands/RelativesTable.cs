namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What baselines reach on the same proteins beside fewer and more of their relatives.</summary>
/// <param name="Title">The task.</param>
/// <param name="Caps">The relatives before each target, for each column.</param>
/// <param name="Rows">For each list of proteins and each baseline.</param>
internal sealed record RelativesTable(string Title, IReadOnlyList<int> Caps, IReadOnlyList<RelativesRow> Rows);

/// <summary>One row of a <see cref="RelativesTable"/>.</summary>
/// <param name="List">The list of the split.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Targets">The proteins of the list that have as many relatives as the last column asks for.</param>
/// <param name="Scores">A score for each column.</param>
internal sealed record RelativesRow(string List, Baseline Baseline, int Targets, IReadOnlyList<Score> Scores);
