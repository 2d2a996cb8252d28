namespace KernelGen.Examples.Training;

/// <summary>When a run looks up from its steps.</summary>
/// <param name="EvaluateEvery">Steps from one evaluation to the next; the last step is always followed by one.</param>
/// <param name="SaveEverySeconds">
/// The time from one checkpoint to the next; one is also written at the end and when the run is stopped.
/// </param>
internal sealed record RunSettings(int EvaluateEvery, double SaveEverySeconds = 60);
