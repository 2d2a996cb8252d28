namespace KernelGen;

/// <summary>
/// Where the names of curves stand: above the curves, in columns that are as wide as the longest name, and below each other where a line
/// has no room for all columns. So no name runs into another, however many there are.
/// </summary>
internal sealed class Legend
{
    /// <summary>The middle of its first line, in pixels.</summary>
    public const int Top = 82;

    private const int Line = 22, Sample = 52, Gap = 20;

    // Wider than the mean letter of any common font at this size.
    private const double LetterWidth = 7.6;

    private readonly IReadOnlyList<PlotSeries> _series;
    private readonly int _rows, _column;

    /// <param name="series">The curves.</param>
    /// <param name="width">The pixels of a line.</param>
    /// <param name="least">
    /// So many stand below each other at least, and always a multiple of it: curves that belong together, such as training and validation.
    /// </param>
    public Legend(IReadOnlyList<PlotSeries> series, int width, int least = 2)
    {
        _series = [.. series.Where(one => one.Name.Length > 0)];
        _column = Sample + Gap + (int)(LetterWidth * _series.Select(one => one.Name.Length).DefaultIfEmpty().Max());
        var columns = Math.Max(1, width / _column);
        var rows = (_series.Count + columns - 1) / columns;
        _rows = (rows + least - 1) / least * least;
    }

    /// <summary>Where it ends, in pixels.</summary>
    public int Bottom => Top + _rows * Line + 2;

    /// <summary>Lists the curves from <see cref="SvgPage.Left"/> on.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="marks">Whether the curves have marks.</param>
    public void Draw(SvgPage page, bool marks)
    {
        for (var i = 0; i < _series.Count; i++)
        {
            double x = SvgPage.Left + i / _rows * _column;
            double y = Top + i % _rows * Line;
            PlotCurves.Draw(page, _series[i], [(x + 4, y), (x + 40, y)], marks);
            page.Line($"  <text x=\"{x + Sample:F0}\" y=\"{y + 4.5:F1}\">{SvgPage.Escape(_series[i].Name)}</text>");
        }
    }
}
