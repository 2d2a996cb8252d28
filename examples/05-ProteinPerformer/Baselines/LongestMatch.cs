namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Copies the residue of the longest match in the row; the most frequent one where nothing matches. It names a residue and gives no
/// probabilities, so it has no perplexity.
/// </summary>
/// <param name="matcher">Finds matches.</param>
/// <param name="frequencies">Of training residues.</param>
internal sealed class LongestMatch(Matcher matcher, ResidueFrequencies frequencies) : Baseline
{
    private readonly int _mostFrequent = frequencies.Frequencies.Index().MaxBy(entry => entry.Item).Index;

    /// <inheritdoc/>
    public override string Name => "longest match";

    /// <inheritdoc/>
    public override bool IsDistribution => false;

    /// <inheritdoc/>
    public override void Predict(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<double> probabilities)
    {
        var matches = new Match[places.Length];
        matcher.Find(inputs, places, matches);
        probabilities.Clear();
        for (var i = 0; i < matches.Length; i++)
        {
            var residue = matches[i].Residue < 0 ? _mostFrequent : matches[i].Residue;
            probabilities[i * Tokens.AminoAcids + residue] = 1;
        }
    }
}
