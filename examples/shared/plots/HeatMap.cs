namespace KernelGen.Examples;

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

    /// <summary>A matrix of more numbers is a picture of one pixel a number; viewers may smooth it.</summary>
    private const int MostSquares = 1_024;

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

        if (panel.Values.Length <= MostSquares)
        {
            Squares(page, panel, x, y);
        }
        else
        {
            var png = Convert.ToBase64String(PngImage.Write(
                width, rows, ColourScale.Palette, (column, row) => panel.Scale.IndexOf(panel.Values[row, column])));
            page.Line($"  <image x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" preserveAspectRatio=\"none\"");
            page.Line($"         style=\"image-rendering: pixelated\" href=\"data:image/png;base64,{png}\"/>");
        }

        page.Line($"  <rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"none\" stroke=\"#999\"/>");
        for (var i = 0; i < panel.Labels.Count; i++)
        {
            var middle = (i + 0.5) * side / panel.Labels.Count;
            var label = SvgPage.Escape(panel.Labels[i]);
            page.Line($"  <text x=\"{x + middle:F1}\" y=\"{y - 5}\" text-anchor=\"middle\" font-size=\"12\">{label}</text>");
            page.Line($"  <text x=\"{x - 6}\" y=\"{y + middle + 4:F1}\" text-anchor=\"end\" font-size=\"12\">{label}</text>");
        }

        if (panel.ScaleText is { } text)
        {
            Scale(page, panel.Scale, text, x, y + side + 14);
        }
    }

    /// <summary>One path a colour.</summary>
    private void Squares(SvgPage page, HeatMapPanel panel, int x, int y)
    {
        var rows = panel.Values.GetLength(0);
        var width = panel.Values.GetLength(1);
        var cells = from row in Enumerable.Range(0, rows)
                    from column in Enumerable.Range(0, width)
                    group (Row: row, Column: column) by panel.Scale.IndexOf(panel.Values[row, column]) into colour
                    orderby colour.Key
                    select colour;
        var w = (double)side / width;
        var h = (double)side / rows;
        page.Line($"  <g shape-rendering=\"crispEdges\">");
        foreach (var colour in cells)
        {
            var (red, green, blue) = ColourScale.Palette[colour.Key];
            var path = string.Concat(
                colour.Select(cell => SvgPage.Text($"M{x + cell.Column * w:0.##} {y + cell.Row * h:0.##}h{w:0.##}v{h:0.##}h{-w:0.##}z")));
            page.Line($"    <path d=\"{path}\" fill=\"#{red:x2}{green:x2}{blue:x2}\"/>");
        }

        page.Line($"  </g>");
    }

    private void Scale(SvgPage page, ColourScale scale, Func<double, string> text, int x, int y)
    {
        var steps = ColourScale.Palette.Count - 1;
        double At(double share) => scale.Least + share * (scale.Most - scale.Least);
        var png = Convert.ToBase64String(PngImage.Write(steps, 1, ColourScale.Palette, (column, _) => column));
        page.Line($"  <image x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"8\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,{png}\"/>");
        foreach (var (share, anchor) in (ReadOnlySpan<(double, string)>)[(0, "start"), (0.5, "middle"), (1, "end")])
        {
            page.Line($"  <text x=\"{x + share * side:F1}\" y=\"{y + 22}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"#555\">{SvgPage.Escape(text(At(share)))}</text>");
        }
    }
}
