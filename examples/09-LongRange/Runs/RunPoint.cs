namespace KernelGen.Examples.LongRange;

/// <summary>Where a run stood.</summary>
/// <param name="Step">Steps that were done.</param>
/// <param name="Seconds">Of training, without tests.</param>
/// <param name="Score">On a quarter of the held-out examples.</param>
internal sealed record RunPoint(int Step, double Seconds, double Score);
