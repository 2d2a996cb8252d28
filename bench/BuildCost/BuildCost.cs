namespace KernelGen.Bench.BuildCost;

/// <summary>What so many layers cost a build: medians of a few builds by a compiler that is warm.</summary>
/// <param name="Layers">Declarations in the project.</param>
/// <param name="TextBytes">What the generator writes, of all files.</param>
/// <param name="GeneratorSeconds">Processor time of the generator, on all threads.</param>
/// <param name="CompilerSeconds">Processor time to compile the project with what was generated.</param>
/// <param name="AllocatedBytes">Managed memory that both allocate.</param>
/// <param name="PeakBytes">The most memory that the process ever had.</param>
internal sealed record BuildCost(
    int Layers, long TextBytes, double GeneratorSeconds, double CompilerSeconds, long AllocatedBytes, long PeakBytes);
