namespace KernelGen.Examples.LongRange;

/// <summary>What came out of a run.</summary>
/// <param name="Score">On all held-out examples; null where the loss was no number any more.</param>
/// <param name="Steps">Of the optimiser.</param>
/// <param name="Seconds">Of training, without tests.</param>
/// <param name="TokensPerSecond">Of training, padding left out.</param>
/// <param name="PeakBytes">All that its process ever held, libtorch and the runtime included.</param>
/// <param name="Curve">From the first test to the last.</param>
internal sealed record RunResult(
    double? Score, int Steps, double Seconds, double TokensPerSecond, long PeakBytes, IReadOnlyList<RunPoint> Curve);
