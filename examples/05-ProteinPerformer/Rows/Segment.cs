namespace KernelGen.Examples.ProteinPerformer;

/// <summary>A protein, or a piece of one, in a row.</summary>
/// <param name="Protein">Its index.</param>
/// <param name="From">The first of its residues that stands in the row.</param>
/// <param name="Start">Where in the row that one stands.</param>
/// <param name="Length">How many residues follow each other from there.</param>
/// <param name="Counted">Whether results are counted on it: it is what a test asks for and not what is shown beside it.</param>
/// <param name="RelativesBefore">
/// Proteins that stand before it in the row and share a word of <see cref="KmerIndex.Length"/> residues with it.
/// </param>
/// <param name="RelativesAround">Such proteins before and after it.</param>
internal sealed record Segment(int Protein, int From, int Start, int Length, bool Counted, int RelativesBefore, int RelativesAround);
