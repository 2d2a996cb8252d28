using KernelGen.Examples.Training;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>All that came out of a seed.</summary>
/// <param name="Seed">Of weights, projections and the order of the text.</param>
/// <param name="Pretraining">The curve of the model with exact attention.</param>
/// <param name="Lambdas">λ of each layer, measured on that model.</param>
/// <param name="Tuning">
/// The curve of each model that took its weights, from before its first step on; exact attention, trained on as long, among them.
/// </param>
internal sealed record TransferResult(
    int Seed, IReadOnlyList<CurvePoint> Pretraining, IReadOnlyList<float> Lambdas,
    IReadOnlyDictionary<ModelAttention, IReadOnlyList<CurvePoint>> Tuning)
{
    /// <summary>The accuracy of exact attention before anything was carried over.</summary>
    public double Before => Pretraining[^1].Scores[CurveNames.Accuracy];

    /// <summary>The first step after which a model had recovered; null: none.</summary>
    public long? RecoveredAfter(ModelAttention attention) =>
        Tuning[attention].FirstOrDefault(point => point.Scores[CurveNames.Accuracy] >= TransferSettings.Recovered * Before)?.Step;
}
