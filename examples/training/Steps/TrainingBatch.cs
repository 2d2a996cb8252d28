namespace KernelGen.Examples.Training;

/// <summary>What a step learns from. Arrays are [rows, length].</summary>
/// <param name="Rows">Sequences.</param>
/// <param name="Length">Positions of each.</param>
/// <param name="Inputs">The tokens that the model reads.</param>
/// <param name="Targets">The answer at each position; <see cref="Ignored"/> where there is none.</param>
/// <param name="Lengths">The tokens of each sequence before its padding, [rows]; null: all.</param>
internal sealed record TrainingBatch(int Rows, int Length, long[] Inputs, long[] Targets, int[]? Lengths = null)
{
    /// <summary>No answer is asked for; torch's cross entropy leaves such positions out.</summary>
    public const long Ignored = -100;
}
