namespace KernelGen.Examples.ProteinPerformer;

/// <summary>All models that are complete, and the baselines.</summary>
internal sealed record ExperimentResult(IReadOnlyList<BaselineResult> Baselines, IReadOnlyList<ModelResult> Models, bool WasStopped);
