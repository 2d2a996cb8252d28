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
    public const int MostRelatives = 16;

    /// <summary>The relatives before a target in the table of fewer and more, in ascending order.</summary>
    public static IReadOnlyList<int> RelativeCaps { get; } = [0, 1, 2, 4];

    /// <summary>The tokens of training rows on which the weights of matches are found.</summary>
    public int WeighedTokens => Quick ? 100_000 : 500_000;
}
