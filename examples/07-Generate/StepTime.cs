namespace KernelGen.Examples.Generate;

/// <summary>What a token costs.</summary>
/// <param name="Position">The tokens before it.</param>
/// <param name="Microseconds">Of a whole step of the model, the median of some.</param>
/// <param name="StateBytes">What all layers remember.</param>
internal sealed record StepTime(int Position, double Microseconds, long StateBytes);
