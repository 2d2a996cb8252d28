namespace KernelGen;

/// <summary>A picture of one matrix: its cells as colours, numbers along two sides, the scale of the colours.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Subtitle">Of what.</param>
/// <param name="Cells">The matrix.</param>
/// <param name="Scale">Its colours.</param>
internal sealed record MatrixPicture(string Title, string Subtitle, CellMeans Cells, ColourScale Scale)
{
    private const int Side = 560, LeastHeight = 140, Top = 76, BelowMatrix = 132;

    /// <summary>What a column of the matrix is.</summary>
    public required string XTitle { get; init; }

    /// <summary>What stands below a column of the matrix.</summary>
    public required Func<int, string> XText { get; init; }

    /// <summary>What a row of the matrix is.</summary>
    public required string YTitle { get; init; }

    /// <summary>What stands beside a row of the matrix.</summary>
    public required Func<int, string> YText { get; init; }

    /// <summary>Rows of the matrix.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns of the matrix.</summary>
    public required int Columns { get; init; }

    /// <summary>What the numbers are.</summary>
    public required string ScaleTitle { get; init; }

    /// <summary>What the scale says at a number.</summary>
    public required Func<double, string> ScaleText { get; init; }

    /// <summary>What a cell without a number means.</summary>
    public required string BlankMeans { get; init; }

    /// <summary>The whole file.</summary>
    public string ToSvg()
    {
        // Wide matrices are flat, but no matrix is higher than wide.
        var height = Math.Clamp(Side * Cells.Rows / Cells.Columns, LeastHeight, Side);
        var (x, y) = (AxisOver(Columns, Cells.Columns * Cells.ColumnsEach, XTitle, XText), FromTop(height));
        var left = PlotFrame.LeftOf(y);
        PlotFrame frame = new(left, Top, left + Side, Top + height, x, y);
        var page = new SvgPage(left + Side + 40, Top + height + BelowMatrix, Title, Subtitle);
        ColouredCells.Draw(page, Cells.Rows, Cells.Columns, ColourOf, left, Top, Side, height);
        frame.DrawMarks(page);
        frame.DrawXLabels(page);
        frame.DrawYLabels(page);
        frame.DrawTitles(page);
        page.Line($"  <text x=\"{left}\" y=\"{frame.Bottom + 72:F1}\" font-size=\"12\">{SvgPage.Escape(ScaleTitle)}</text>");
        ColouredCells.DrawScale(page, Scale, ScaleText, left, frame.Bottom + 80, Side);
        page.Line($"  <text x=\"{left}\" y=\"{frame.Bottom + 122:F1}\" font-size=\"12\" fill=\"#555\">{SvgPage.Escape(Note())}</text>");
        return page.Close();
    }

    private int ColourOf(int row, int column) => Cells.IsBlank(row, column) ? ColouredCells.Blank : Scale.IndexOf(Cells[row, column]);

    // What the picture holds beside numbers.
    private string Note()
    {
        var blank = Cells.Filled().Count() < Cells.Rows * Cells.Columns;
        var nan = Cells.Filled().Any(double.IsNaN);
        return string.Join("; ", new[] { blank ? $"blank: {BlankMeans}" : "", nan ? "grey: NaN" : "" }.Where(note => note.Length > 0));
    }

    private Axis FromTop(int height)
    {
        var down = AxisOver(Rows, Cells.Rows * Cells.RowsEach, YTitle, YText, about: Math.Min(8, height / 40));
        return down with { Share = row => 1 - down.Share(row), Ticks = [.. down.Ticks.Reverse()] };
    }

    /// <summary>An axis over rows or columns: ticks at their middles.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="room">How many there is room for: the last cell is as large as the others.</param>
    /// <param name="title">What they are.</param>
    /// <param name="text">What stands at one.</param>
    /// <param name="about">How many ticks there are, more or less.</param>
    private static Axis AxisOver(int count, int room, string title, Func<int, string> text, int about = 8)
    {
        var ticks = NiceTicks.Cover(0, count - 1, about, leastStep: 1).Where(tick => tick < count);
        return new Axis(title, place => (place + 0.5) / room, [.. ticks.Select(tick => (tick, text((int)tick)))]);
    }
}
