namespace KernelGen.Bench.Compare;

/// <summary>A row at a width, of both sides.</summary>
/// <param name="PresentSeconds">The median time of a call of the present tree.</param>
/// <param name="OtherSeconds">That of the other commit. The ratio is of pairs, not of these two.</param>
/// <param name="Processes">The pairs of processes.</param>
internal sealed record ComparedRow(string Name, int Width, int Processes, double PresentSeconds, double OtherSeconds, RatioSummary Ratio);
