using KernelGen.Examples.Training;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>One model: its attention, its task, and the seed of its first weights and projections.</summary>
/// <param name="Attention">What is between the tokens.</param>
/// <param name="Causal">Whether it is asked for the next residue; otherwise for masked ones.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Seed">Of weights and projections.</param>
/// <param name="MatchingStart">The scale of first weights with which attention looks at matches; null: first weights are random.</param>
internal sealed record ModelSettings(ModelAttention Attention, bool Causal, int Layers, int Seed, double? MatchingStart = null)
{
    /// <summary>The numbers of a token in one head.</summary>
    public const int HeadDim = 32;

    private const int Heads = 4, Dim = Heads * HeadDim, Hidden = 4 * Dim;

    /// <summary>
    /// The residues that a convolution before the first block looks at. Attention finds the same words in other proteins only if it sees
    /// words.
    /// </summary>
    private const int Window = 9;

    /// <summary>
    /// The sizes. Matches are looked for at any distance; models that start at random are told by rotations how far apart tokens are.
    /// </summary>
    public TransformerSettings Sizes =>
        new(Tokens.Count, Tokens.AminoAcids, Layers, Dim, Heads, Hidden, Window, Causal) { Rotary = MatchingStart is null };
}
