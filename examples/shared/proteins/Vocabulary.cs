namespace KernelGen.Examples;

/// <summary>The tokens of the examples: 20 amino acids and the end of a sequence.</summary>
internal static class Vocabulary
{
    /// <summary>The standard amino acids in the order of their tokens, 0 to 19.</summary>
    public const string AminoAcids = "ACDEFGHIKLMNPQRSTVWY";

    /// <summary>The token that stands between two proteins.</summary>
    public const byte EndOfSequence = 20;

    /// <summary>The number of different tokens.</summary>
    public const int Size = 21;
}
