namespace KernelGen.Examples.LongRange;

/// <summary>A sequence and what is asked about it.</summary>
/// <param name="Inputs">The tokens.</param>
/// <param name="Targets">
/// The answer at each token; <see cref="Training.TrainingBatch.Ignored"/> where nothing is asked. As many as tokens.
/// </param>
internal sealed record Example(long[] Inputs, long[] Targets);
