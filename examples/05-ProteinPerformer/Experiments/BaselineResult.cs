namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What a prediction without a model scores on the same residues.</summary>
/// <param name="Baseline">Which.</param>
/// <param name="Scores">By the name of a held-out list.</param>
internal sealed record BaselineResult(Baseline Baseline, IReadOnlyDictionary<string, RelativeScores> Scores);
