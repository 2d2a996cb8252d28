namespace KernelGen.Examples.Training;

/// <summary>Where a run stood.</summary>
/// <param name="Step">Steps that were done.</param>
/// <param name="Seconds">Of training, without evaluation, over all the times that the run was started.</param>
/// <param name="TrainingLoss">The mean loss of the steps since the point before, in nats; NaN at step 0.</param>
/// <param name="Scores">What the run measures, by name.</param>
internal sealed record CurvePoint(long Step, double Seconds, double TrainingLoss, IReadOnlyDictionary<string, double> Scores);
