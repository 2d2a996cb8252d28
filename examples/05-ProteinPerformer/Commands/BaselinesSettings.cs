namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What one run of the command <c>baselines</c> does.</summary>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Rows that are looked at at a time.</param>
/// <param name="Quick">A short run.</param>
/// <param name="Seed">The seed of samples and training contexts.</param>
internal sealed record BaselinesSettings(string DataPath, int Threads, bool Quick, int Seed)
{
    /// <summary>The tokens of a single protein's row.</summary>
    public const int SingleLength = 512;

    /// <summary>The tokens of a context, for each table.</summary>
    public IReadOnlyList<int> ContextLengths => Quick ? [1_024] : [1_024, 4_096, 8_192];

    /// <summary>The most proteins of each list that results are counted on.</summary>
    public int Targets => Quick ? 100 : int.MaxValue;

    /// <summary>The most relatives before a target.</summary>
    public int MostRelatives => 16;

    /// <summary>The rows that the weights of matches are found on, in tokens.</summary>
    public int WeighedTokens => Quick ? 100_000 : 500_000;
}
