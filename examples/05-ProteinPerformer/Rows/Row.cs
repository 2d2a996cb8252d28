namespace KernelGen.Examples.ProteinPerformer;

/// <summary>One sequence that a model sees at once: proteins, each with a separator before it.</summary>
/// <param name="Tokens">The tokens without padding.</param>
/// <param name="Segments">Where which protein stands, in the order of the row; at least one.</param>
internal sealed record Row(byte[] Tokens, IReadOnlyList<Segment> Segments);
