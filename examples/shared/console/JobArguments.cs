namespace KernelGen.Examples;

/// <summary>What the options that all examples have say.</summary>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Threads of each call.</param>
/// <param name="Quick">A short run.</param>
/// <param name="Seed">The seed of all that is random.</param>
/// <param name="SeedIsGiven">Whether it was asked for.</param>
internal sealed record JobArguments(string DataPath, int Threads, bool Quick, int Seed, bool SeedIsGiven);
