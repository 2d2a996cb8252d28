namespace KernelGen.Bench.Torch.Peers;

/// <summary>A contender on a case, beside KernelGen.</summary>
/// <param name="Case">What was computed.</param>
/// <param name="Width">The widest vectors that either side might use, in bits.</param>
/// <param name="Contender">Who computed it.</param>
/// <param name="Milliseconds">The median time of a call.</param>
/// <param name="TimesOurs">The median, over rounds, of its time over KernelGen's in the same round; 1 for KernelGen itself.</param>
/// <param name="Low">The first quartile of that.</param>
/// <param name="High">The third.</param>
/// <param name="Error">The largest difference of its results from KernelGen's, relative to the largest of them.</param>
internal sealed record PeerRow(
    PeerCase Case, int Width, string Contender, double Milliseconds, double TimesOurs, double Low, double High, double Error);
