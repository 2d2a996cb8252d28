namespace KernelGen;

/// <summary>Writes matrices as coloured squares side by side as SVG: a few with labels and scales, or many small ones.</summary>
/// <param name="title">What is shown.</param>
/// <param name="subtitle">Of what.</param>
/// <param name="columns">Matrices beside each other.</param>
/// <param name="side">The width and height of a matrix in pixels.</param>
internal sealed class HeatMap(string title, string subtitle, int columns, int side)
{
    private const int Left = SvgPage.Left;
    private const int Top = 78;
    private const int TitleHeight = 22;
    private const int LabelSize = 18;
    private const int ScaleHeight = 46;
    private const int Gap = 14;

    private readonly List<HeatMapPanel> _panels = [];

    /// <summary>What stands left of each row of matrices; empty: nothing.</summary>
    public IReadOnlyList<string> RowTitles { get; init; } = [];

    /// <summary>Adds the next matrix, from left to right and then downwards.</summary>
    /// <exception cref="ArgumentException">The matrix is empty, or labels do not fit.</exception>
    public void Add(HeatMapPanel panel)
    {
        var (rows, width) = (panel.Values.GetLength(0), panel.Values.GetLength(1));
        if (rows == 0 || width == 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"The matrix '{panel.Title}' is {rows} × {width}."), nameof(panel));
        }

        if (panel.Labels.Count > 0 && (panel.Labels.Count != rows || panel.Labels.Count != width))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The matrix '{panel.Title}' is {rows} × {width} and has {panel.Labels.Count} labels."),
                nameof(panel));
        }

        _panels.Add(panel);
    }

    /// <summary>The whole file.</summary>
    /// <exception cref="InvalidOperationException">There is no matrix.</exception>
    public string ToSvg()
    {
        if (_panels.Count == 0)
        {
            throw new InvalidOperationException("A heat map needs a matrix.");
        }

        var labels = _panels.Exists(panel => panel.Labels.Count > 0) ? LabelSize : 0;
        var scale = _panels.Exists(panel => panel.ScaleText is not null) ? ScaleHeight : 0;
        var gap = labels > 0 ? 3 * Gap : Gap;
        var columnWidth = labels + side + gap;
        HeatMapPanel[][] rows = [.. _panels.Chunk(columns)];
        int[] titles = [.. rows.Select(row => row.Any(panel => panel.Title.Length > 0) ? TitleHeight : 0)];
        var width = Math.Max(Left + Math.Min(columns, _panels.Count) * columnWidth - gap + 24, 480);
        var height = Top + titles.Sum() + rows.Length * (labels + side + scale + Gap) + 10;
        var page = new SvgPage(width, height, title, subtitle);
        var y = Top;
        for (var row = 0; row < rows.Length; row++)
        {
            y += titles[row] + labels;
            if (RowTitles.Count > 0)
            {
                page.Line(
                    $"  <text x=\"{Left - 10}\" y=\"{y + side / 2 + 4}\" text-anchor=\"end\">{SvgPage.Escape(RowTitles[row])}</text>");
            }

            for (var column = 0; column < rows[row].Length; column++)
            {
                Matrix(page, rows[row][column], Left + column * columnWidth + labels, y, y - labels - 8);
            }

            y += side + scale + Gap;
        }

        return page.Close();
    }

    private void Matrix(SvgPage page, HeatMapPanel panel, int x, int y, int titleBaseline)
    {
        var rows = panel.Values.GetLength(0);
        var width = panel.Values.GetLength(1);
        page.Line($"  <text x=\"{x + side / 2.0:F1}\" y=\"{titleBaseline}\" text-anchor=\"middle\">{SvgPage.Escape(panel.Title)}</text>");
        ColouredCells.Draw(page, rows, width, (row, column) => panel.Scale.IndexOf(panel.Values[row, column]), x, y, side, side);
        for (var i = 0; i < panel.Labels.Count; i++)
        {
            var middle = (i + 0.5) * side / panel.Labels.Count;
            var label = SvgPage.Escape(panel.Labels[i]);
            page.Line($"  <text x=\"{x + middle:F1}\" y=\"{y - 5}\" text-anchor=\"middle\" font-size=\"12\">{label}</text>");
            page.Line($"  <text x=\"{x - 6}\" y=\"{y + middle + 4:F1}\" text-anchor=\"end\" font-size=\"12\">{label}</text>");
        }

        if (panel.ScaleText is { } text)
        {
            ColouredCells.DrawScale(page, panel.Scale, text, x, y + side + 14, side);
        }
    }
}
