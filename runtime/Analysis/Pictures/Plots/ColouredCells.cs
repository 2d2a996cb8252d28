namespace KernelGen;

/// <summary>A matrix as coloured cells, and the scale of their colours, drawn in pixels.</summary>
internal static class ColouredCells
{
    /// <summary>A matrix of more numbers is a picture of one pixel a number; viewers may smooth it.</summary>
    private const int MostSquares = 1_024;

    private static readonly (int Red, int Green, int Blue)[] WithBlank = [.. ColourScale.Palette, (255, 255, 255)];

    /// <summary>The colour of a cell that is not part of the matrix: none.</summary>
    public static int Blank => ColourScale.Palette.Count;

    /// <summary>Draws the cells and a frame around them.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="rows">Rows, from the top.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="colour">The place of (row, column) in <see cref="ColourScale.Palette"/>, or <see cref="Blank"/>.</param>
    /// <param name="x">The left edge.</param>
    /// <param name="y">The upper edge.</param>
    /// <param name="width">Of all cells.</param>
    /// <param name="height">Of all cells.</param>
    public static void Draw(
        SvgPage page, int rows, int columns, Func<int, int, int> colour, double x, double y, double width, double height)
    {
        if ((long)rows * columns <= MostSquares)
        {
            Squares(page, rows, columns, colour, x, y, width / columns, height / rows);
        }
        else
        {
            var blank = Enumerable.Range(0, rows).Any(row => Enumerable.Range(0, columns).Any(column => colour(row, column) == Blank));
            var png = PngImage.Write(columns, rows, blank ? WithBlank : ColourScale.Palette, (column, row) => colour(row, column));
            Image(page, png, x, y, width, height, " style=\"image-rendering: pixelated\"");
        }

        page.Line($"  <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#999\"/>");
    }

    /// <summary>Draws the scale, as wide as it is told, with its least, middle and largest number below.</summary>
    public static void DrawScale(SvgPage page, ColourScale scale, Func<double, string> text, double x, double y, double width)
    {
        double At(double share) => scale.Least + share * (scale.Most - scale.Least);
        var png = PngImage.Write(ColourScale.Palette.Count - 1, 1, ColourScale.Palette, (column, _) => column);
        Image(page, png, x, y, width, 8, "");
        foreach (var (share, anchor) in (ReadOnlySpan<(double, string)>)[(0, "start"), (0.5, "middle"), (1, "end")])
        {
            page.Line($"  <text x=\"{x + share * width:F1}\" y=\"{y + 22}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"#555\">{SvgPage.Escape(text(At(share)))}</text>");
        }
    }

    private static void Image(SvgPage page, byte[] png, double x, double y, double width, double height, string style) =>
        page.Line($"  <image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\"{style} href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"/>");

    /// <summary>One path a colour.</summary>
    private static void Squares(SvgPage page, int rows, int columns, Func<int, int, int> colour, double x, double y, double w, double h)
    {
        var cells = from row in Enumerable.Range(0, rows)
                    from column in Enumerable.Range(0, columns)
                    group (Row: row, Column: column) by colour(row, column) into same
                    where same.Key != Blank
                    orderby same.Key
                    select same;
        page.Line($"  <g shape-rendering=\"crispEdges\">");
        foreach (var same in cells)
        {
            var (red, green, blue) = ColourScale.Palette[same.Key];
            var path = string.Concat(
                same.Select(cell => SvgPage.Text($"M{x + cell.Column * w:0.##} {y + cell.Row * h:0.##}h{w:0.##}v{h:0.##}h{-w:0.##}z")));
            page.Line($"    <path d=\"{path}\" fill=\"#{red:x2}{green:x2}{blue:x2}\"/>");
        }

        page.Line($"  </g>");
    }
}
