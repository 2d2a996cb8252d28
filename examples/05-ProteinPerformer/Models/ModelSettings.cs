using KernelGen.Examples.Training;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>One model: its attention, its task, and the seed of its first weights and projections.</summary>
/// <param name="Attention">What is between the tokens.</param>
/// <param name="Causal">Whether it is asked for the next residue; otherwise for masked ones.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Seed">Of weights and projections.</param>
internal sealed record ModelSettings(ModelAttention Attention, bool Causal, int Layers, int Seed)
{
    /// <summary>The numbers of a token in one head.</summary>
    public const int HeadDim = 32;

    private const int Heads = 4, Dim = Heads * HeadDim, Hidden = 4 * Dim;

    /// <summary>
    /// The residues that a convolution before the first block looks at. Attention finds the same words in other proteins only if it sees words.
    /// </summary>
    private const int Window = 9;

    /// <summary>The sizes.</summary>
    public TransformerSettings Sizes => new(Tokens.Count, Tokens.AminoAcids, Layers, Dim, Heads, Hidden, Window, Causal) { Rotary = false };
}
