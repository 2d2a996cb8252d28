namespace KernelGen.Examples.Streaming;

/// <summary>What a token costs at a position.</summary>
/// <param name="Position">Tokens so far.</param>
/// <param name="Microseconds">Of a step of all heads, the median of the last ones.</param>
/// <param name="StateBytes">Bytes that are remembered.</param>
internal sealed record StepTime(int Position, double Microseconds, long StateBytes);
