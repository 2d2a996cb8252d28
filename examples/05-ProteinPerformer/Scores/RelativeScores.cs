namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Scores by the number of relatives that were seen.</summary>
internal sealed class RelativeScores
{
    /// <summary>The groups of numbers of relatives, by their least: 0, 1, 2 to 3, 4 to 7, 8 and more.</summary>
    private static readonly int[] Least = [0, 1, 2, 4, 8];

    private readonly Score[] _scores = new Score[Least.Length];

    /// <summary>What tables call the groups.</summary>
    public static IReadOnlyList<string> Names { get; } = ["0", "1", "2–3", "4–7", "8+"];

    /// <summary>The score of each group of <see cref="Names"/>.</summary>
    public IReadOnlyList<Score> Groups => _scores;

    /// <summary>All residues.</summary>
    public Score All => Sum(0);

    /// <summary>Those of proteins with a relative to be seen.</summary>
    public Score WithRelatives => Sum(1);

    /// <summary>Counts a residue.</summary>
    /// <param name="relatives">The relatives that were seen.</param>
    /// <param name="correct">Whether it was named.</param>
    /// <param name="logLoss">−ln of its probability.</param>
    public void Add(int relatives, bool correct, double logLoss)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(relatives);
        var group = Array.FindLastIndex(Least, least => relatives >= least);
        _scores[group] = _scores[group].With(correct, logLoss);
    }

    /// <summary>Counts the residues of another.</summary>
    public void Add(RelativeScores other)
    {
        for (var group = 0; group < _scores.Length; group++)
        {
            _scores[group] += other._scores[group];
        }
    }

    private Score Sum(int first) => _scores.Skip(first).Aggregate((a, b) => a + b);
}
