namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What training costs with an attention.</summary>
/// <param name="Name">The attention.</param>
/// <param name="TokensPerSecond">Of whole steps.</param>
/// <param name="PeakBytes">The most memory that the process ever held, libtorch and the runtime included.</param>
internal sealed record CostRow(string Name, double TokensPerSecond, long PeakBytes);
