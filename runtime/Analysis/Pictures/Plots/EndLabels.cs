namespace KernelGen;

/// <summary>
/// The names of curves beside their right ends, so that nobody has to look a colour up: where all curves end at the same place, and names
/// that would stand on each other need not be moved by more than a line.
/// </summary>
internal sealed class EndLabels
{
    private const int Line = 15, Gap = 20;
    private const double LetterWidth = 7.6;

    private readonly PlotFrame _frame;
    private readonly (PlotSeries Series, double X, double EndY, double LabelY)[] _labels;

    private EndLabels(PlotFrame frame, (PlotSeries, double, double, double)[] labels)
    {
        _frame = frame;
        _labels = labels;
    }

    /// <summary>The pixels that the names need right of the plot.</summary>
    public static int WidthOf(IEnumerable<PlotSeries> series)
    {
        var letters = series.Select(one => one.Name.Length).DefaultIfEmpty().Max();
        return letters == 0 ? 0 : Gap + (int)Math.Ceiling(LetterWidth * letters);
    }

    /// <summary>Finds places for the names; null where they do not fit.</summary>
    /// <param name="series">The curves; those without a name get none.</param>
    /// <param name="frame">The axes, with <see cref="WidthOf"/> pixels free on their right.</param>
    public static EndLabels? Fit(IEnumerable<PlotSeries> series, PlotFrame frame)
    {
        var ends = (from one in series
                    where one.Name.Length > 0
                    let end = one.Points[^1]
                    let place = (Series: one, X: frame.X(end.X), Y: frame.Y(end.Y))
                    orderby place.Y
                    select place).ToArray();
        var fits = ends.All(end => end.X >= ends.Max(other => other.X) - 1 && end.Y >= frame.Top && end.Y <= frame.Bottom);
        double[] places = [.. Apart([.. ends.Select(end => end.Y)])];
        fits &= ends.Zip(places).All(pair => Math.Abs(pair.First.Y - pair.Second) <= Line);
        return fits ? new EndLabels(frame, [.. ends.Zip(places, (end, y) => (end.Series, end.X, end.Y, y))]) : null;
    }

    /// <summary>Writes the names, each at the end of a thin line from its curve.</summary>
    public void Draw(SvgPage page)
    {
        var x = _frame.Right + Gap;
        foreach (var (series, endX, endY, labelY) in _labels)
        {
            var colour = SvgPage.Escape(series.Colour);
            page.Line($"  <path d=\"M{endX + 5:F1} {endY:F1}L{x - 3:F1} {labelY:F1}\" stroke=\"{colour}\"/>");
            page.Line($"  <text x=\"{x:F1}\" y=\"{labelY + 4.5:F1}\" fill=\"{colour}\">{SvgPage.Escape(series.Name)}</text>");
        }
    }

    /// <summary>
    /// Places at least a line apart whose distances from the given ones, squared, have the least sum: those that are too close to each
    /// other become a group around their mean, and groups that meet become one (pool adjacent violators).
    /// </summary>
    private static IEnumerable<double> Apart(double[] places)
    {
        List<(double First, int Count)> groups = [];
        foreach (var place in places)
        {
            var group = (First: place, Count: 1);
            while (groups.Count > 0 && groups[^1].First + groups[^1].Count * Line > group.First)
            {
                var (first, count) = groups[^1];
                var all = count + group.Count;
                group = ((count * first + group.Count * (group.First - count * Line)) / all, all);
                groups.RemoveAt(groups.Count - 1);
            }

            groups.Add(group);
        }

        return groups.SelectMany(group => Enumerable.Range(0, group.Count).Select(i => group.First + i * Line));
    }
}
