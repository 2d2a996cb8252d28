namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// The tokens that models read: those of <see cref="Vocabulary"/> and two more. They answer with one of the 20 amino acids.
/// </summary>
internal static class Tokens
{
    /// <summary>The amino acids, tokens 0 to 19, and the classes that a model chooses from.</summary>
    public const int AminoAcids = 20;

    /// <summary>Stands before each protein.</summary>
    public const byte Separator = Vocabulary.EndOfSequence;

    /// <summary>BERT's [MASK]: a residue stands here that is to be found.</summary>
    public const byte Mask = 21;

    /// <summary>Fills rows to the length of their batch.</summary>
    public const byte Padding = 22;

    /// <summary>The number of different tokens.</summary>
    public const int Count = 23;
}
