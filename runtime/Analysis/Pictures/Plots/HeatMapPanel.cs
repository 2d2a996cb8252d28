namespace KernelGen;

/// <summary>One matrix of a <see cref="HeatMap"/>.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Values">The matrix, [rows, columns]; NaN: no number.</param>
/// <param name="Scale">The colours of its numbers.</param>
internal sealed record HeatMapPanel(string Title, double[,] Values, ColourScale Scale)
{
    /// <summary>What stands beside each row and above each column of a square matrix; empty: nothing.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What the numbers of the scale say under the matrix; null: there is no scale.</summary>
    public Func<double, string>? ScaleText { get; init; }
}
