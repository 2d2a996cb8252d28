namespace KernelGen.Examples.LongProteins;

/// <summary>What one run does.</summary>
/// <param name="Length">The longest sequence.</param>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Threads of each call.</param>
/// <param name="Quick">Fewer repetitions.</param>
/// <param name="ExactLimit">Exact attention runs where one call is expected to take no longer than this.</param>
/// <param name="SvgPath">Where the plot goes; null for none.</param>
/// <param name="Seed">The seed of the embedding and of the random features.</param>
internal sealed record Settings(int Length, string DataPath, int Threads, bool Quick, TimeSpan ExactLimit, string? SvgPath, int Seed)
{
    /// <summary>The first of the growing lengths.</summary>
    public const int ShortestLength = 1_024;

    /// <summary>The longest sequence of a run that asks for none.</summary>
    public const int DefaultLength = 65_536;

    /// <summary>The longest sequence of a short run that asks for none.</summary>
    public const int QuickLength = 8_192;

    /// <summary>
    /// The longest sequence that can be asked for: the proteins of the example suffice, and a tensor has 2^29 floats then.
    /// </summary>
    public const int LongestLength = 1_048_576;

    /// <summary>1,024, 2,048, 4,096, … and <paramref name="longest"/>, whatever it is, as the last.</summary>
    public static int[] Lengths(int longest)
    {
        var lengths = new List<int>();
        for (var length = ShortestLength; length < longest; length *= 2)
        {
            lengths.Add(length);
        }

        lengths.Add(longest);
        return [.. lengths];
    }
}
