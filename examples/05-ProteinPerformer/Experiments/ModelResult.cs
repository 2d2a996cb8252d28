using KernelGen.Examples.Training;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What came of a model.</summary>
/// <param name="Model">Which.</param>
/// <param name="Curve">Losses and scores on the way.</param>
/// <param name="Scores">By the name of a held-out list, after the last step.</param>
/// <param name="Sharpness">Of its layers, where they are exact.</param>
internal sealed record ModelResult(
    ModelSettings Model, IReadOnlyList<CurvePoint> Curve, IReadOnlyDictionary<string, RelativeScores> Scores,
    IReadOnlyList<Sharpness> Sharpness)
{
    /// <summary>Minutes of training.</summary>
    public double Minutes => Curve[^1].Seconds / 60;
}
