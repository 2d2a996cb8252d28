namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The longest match, trusted as far as its length deserves: P(x) = λ · [x is the match] + (1 − λ) · q(x), where q is another baseline and
/// λ depends on the length of the match.
/// </summary>
/// <remarks>
/// λ is such that on training rows matches of a length are right as often as is said: with h the share that was right and q̄ the mean of
/// q(match), λ + (1 − λ) · q̄ = h. Where matches are right no more often than q says, λ is 0.
/// </remarks>
internal sealed class WeighedMatch : Baseline
{
    /// <summary>Longer matches count as this long.</summary>
    private const int LongestLength = 40;

    private readonly Matcher _matcher;
    private readonly Baseline _other;
    private readonly double[] _weights;

    /// <summary>Finds λ.</summary>
    /// <param name="matcher">Finds matches.</param>
    /// <param name="other">q.</param>
    /// <param name="training">Batches of training proteins.</param>
    /// <param name="task">What they ask.</param>
    public WeighedMatch(Matcher matcher, Baseline other, IEnumerable<Batch> training, PredictionTask task)
    {
        _matcher = matcher;
        _other = other;
        var count = new double[LongestLength + 1];
        var right = new double[LongestLength + 1];
        var expected = new double[LongestLength + 1];
        foreach (var row in training.SelectMany(batch => CountedRow.Of(batch, task)))
        {
            var (matches, q) = Look(row.Inputs, row.Places);
            for (var i = 0; i < matches.Length; i++)
            {
                if (matches[i].Residue >= 0)
                {
                    var length = Math.Min(matches[i].Length, LongestLength);
                    count[length]++;
                    right[length] += matches[i].Residue == row.Residues[i] ? 1 : 0;
                    expected[length] += q[i * Tokens.AminoAcids + matches[i].Residue];
                }
            }
        }

        _weights = new double[LongestLength + 1];
        for (var length = 1; length <= LongestLength; length++)
        {
            // One match more that was wrong: a length that was never seen is not trusted, and none is trusted wholly.
            var share = right[length] / (count[length] + 1);
            var named = expected[length] / (count[length] + 1);
            _weights[length] = Math.Max(0, (share - named) / (1 - named));
        }
    }

    /// <inheritdoc/>
    public override string Name => "weighed match";

    /// <summary>λ by the length of the match, from 0 to the longest.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <inheritdoc/>
    public override void Predict(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<double> probabilities)
    {
        var (matches, q) = Look(inputs, places);
        for (var i = 0; i < matches.Length; i++)
        {
            var weight = _weights[Math.Min(matches[i].Length, LongestLength)];
            for (var x = 0; x < Tokens.AminoAcids; x++)
            {
                var index = i * Tokens.AminoAcids + x;
                probabilities[index] = (1 - weight) * q[index] + (x == matches[i].Residue ? weight : 0);
            }
        }
    }

    private (Match[] Matches, double[] Other) Look(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places)
    {
        var matches = new Match[places.Length];
        var q = new double[places.Length * Tokens.AminoAcids];
        _matcher.Find(inputs, places, matches);
        _other.Predict(inputs, places, q);
        return (matches, q);
    }
}
