namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Finds the longest match of places of a row in the same row.</summary>
internal abstract class Matcher
{
    /// <summary>The match of each place.</summary>
    /// <param name="inputs">The row, without padding.</param>
    /// <param name="places">Places of residues, in ascending order.</param>
    /// <param name="matches">Filled with a match for each place.</param>
    public abstract void Find(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<Match> matches);

    /// <summary>Whether a token is a residue that can be read.</summary>
    protected static bool IsResidue(long token) => token < Tokens.AminoAcids;
}
