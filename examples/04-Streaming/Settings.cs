namespace KernelGen.Examples.Streaming;

/// <summary>What one run does.</summary>
/// <param name="Length">Tokens to be fed.</param>
/// <param name="DataPath">The FASTA file.</param>
/// <param name="Threads">Threads of each step.</param>
/// <param name="Quick">A short run.</param>
/// <param name="StatePath">Where a stopped run is saved.</param>
/// <param name="Resume">Go on with the saved run.</param>
/// <param name="SvgPath">Where the plot goes; null for none.</param>
/// <param name="Seed">The seed of the embedding and of the random features.</param>
internal sealed record Settings(
    int Length, string DataPath, int Threads, bool Quick, string StatePath, bool Resume, string? SvgPath, int Seed)
{
    /// <summary>The tokens of a run that asks for none.</summary>
    public const int DefaultLength = 1_000_000;

    /// <summary>And of a short one.</summary>
    public const int QuickLength = 20_000;

    /// <summary>The most tokens that can be asked for.</summary>
    public const int LongestLength = 100_000_000;

    /// <summary>The name of the file of a stopped run, unless another is asked for.</summary>
    public const string StateName = "streaming.state";

    /// <summary>Where times are taken: 100, 1,000, 10,000, … and the last token.</summary>
    public static int[] Checkpoints(int length)
    {
        var checkpoints = new List<int>();
        for (long position = 100; position < length; position *= 10)
        {
            checkpoints.Add((int)position);
        }

        return [.. checkpoints, length];
    }
}
