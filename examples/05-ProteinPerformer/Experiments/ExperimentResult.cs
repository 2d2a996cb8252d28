namespace KernelGen.Examples.ProteinPerformer;

/// <summary>All that came out.</summary>
/// <param name="Baselines">What predictions without a model score.</param>
/// <param name="Levels">Their losses on what the curves are measured on, in nats a residue.</param>
/// <param name="Models">The models that are complete.</param>
/// <param name="WasStopped">Whether there should have been more.</param>
internal sealed record ExperimentResult(
    IReadOnlyList<BaselineResult> Baselines, IReadOnlyList<ReferenceLine> Levels, IReadOnlyList<ModelResult> Models, bool WasStopped);
