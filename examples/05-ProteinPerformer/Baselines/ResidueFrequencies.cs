namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// How often each amino acid occurs, whatever stands around: the empirical baseline of the Performer paper (appendix C.2).
/// </summary>
internal sealed class ResidueFrequencies : Baseline
{
    private readonly double[] _frequencies;

    /// <summary>Counts the residues of proteins.</summary>
    public ResidueFrequencies(IEnumerable<byte[]> proteins)
    {
        // One more of each, so that a residue that never occurred is not impossible.
        var counts = new double[Tokens.AminoAcids];
        Array.Fill(counts, 1);
        foreach (var residue in proteins.SelectMany(residues => residues))
        {
            counts[residue]++;
        }

        var sum = counts.Sum();
        _frequencies = [.. counts.Select(count => count / sum)];
    }

    /// <inheritdoc/>
    public override string Name => "residue frequencies";

    /// <summary>The share of each amino acid, [<see cref="Tokens.AminoAcids"/>].</summary>
    public IReadOnlyList<double> Frequencies => _frequencies;

    /// <inheritdoc/>
    public override void Predict(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<double> probabilities)
    {
        for (var i = 0; i < places.Length; i++)
        {
            _frequencies.CopyTo(probabilities.Slice(i * Tokens.AminoAcids, Tokens.AminoAcids));
        }
    }
}
