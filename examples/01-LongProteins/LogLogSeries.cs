namespace KernelGen.Examples.LongProteins;

/// <summary>One curve of a <see cref="LogLogPlot"/>.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Colour">An SVG colour.</param>
/// <param name="Dashed">Dashed with hollow marks, or a full line with full ones.</param>
/// <param name="Points">Tokens and milliseconds, both positive, in the order of the curve.</param>
internal sealed record LogLogSeries(string Name, string Colour, bool Dashed, IReadOnlyList<(double Tokens, double Milliseconds)> Points);
