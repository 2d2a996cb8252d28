namespace KernelGen.Examples.Training;

/// <summary>The sizes of a <see cref="Transformer"/>.</summary>
/// <param name="Vocabulary">The different tokens that it reads.</param>
/// <param name="Answers">The different tokens that it answers with: the first ones of the vocabulary.</param>
/// <param name="Layers">Blocks of attention and a feed-forward network.</param>
/// <param name="Dim">The numbers of a token between blocks.</param>
/// <param name="Heads">Of attention.</param>
/// <param name="Hidden">The numbers of a token inside the feed-forward network.</param>
/// <param name="Window">
/// The tokens that a convolution looks at, whose results are what the first block reads: the token and those before it, or on both sides
/// where attention is bidirectional. 1: there is none, and blocks read tokens as they are.
/// </param>
/// <param name="Causal">Whether a token sees only those before it.</param>
internal sealed record TransformerSettings(int Vocabulary, int Answers, int Layers, int Dim, int Heads, int Hidden, int Window, bool Causal)
{
    /// <summary>
    /// Whether queries and keys are rotated by their positions. Without, attention goes by content alone, at any distance, and only the
    /// convolution knows what stands beside what.
    /// </summary>
    public bool Rotary { get; init; } = true;

    /// <summary>The numbers of a token in one head.</summary>
    public int HeadDim => Dim / Heads;
}
