namespace KernelGen.Examples.KernelZoo;

/// <summary>What one run does.</summary>
/// <param name="Length">Tokens.</param>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Threads of each call.</param>
/// <param name="Quick">Fewer tokens, repetitions and draws.</param>
/// <param name="SvgFolder">Where the plots go; null for none.</param>
/// <param name="Seed">The seed of the embedding and of the random features.</param>
internal sealed record Settings(int Length, string DataPath, int Threads, bool Quick, string? SvgFolder, int Seed)
{
    /// <summary>The fewest tokens that can be asked for.</summary>
    public const int ShortestLength = 16;

    /// <summary>The tokens of a run that asks for none.</summary>
    public const int DefaultLength = 4_096;

    /// <summary>The tokens of a short run that asks for none.</summary>
    public const int QuickLength = 2_048;

    /// <summary>The most tokens that can be asked for: exact attention takes its time.</summary>
    public const int LongestLength = 65_536;

    /// <summary>The draws of the random features that errors of layers are averaged over.</summary>
    public int LayerDraws => Quick ? 4 : 8;

    /// <summary>The tokens of the experiments that only look at errors.</summary>
    public int SampleLength => Math.Min(Length, Quick ? 512 : 1_024);

    /// <summary>The first seed of draws that are to be independent of those of the layers.</summary>
    public ulong OtherSeed => (ulong)Seed + 1_000;

    /// <summary>The file of the plot of errors against features.</summary>
    public string? ErrorSvg => PlotFile.In(SvgFolder, "kernel-zoo-error.svg");

    /// <summary>The file of the plot of errors against layers.</summary>
    public string? LayersSvg => PlotFile.In(SvgFolder, "kernel-zoo-layers.svg");
}
