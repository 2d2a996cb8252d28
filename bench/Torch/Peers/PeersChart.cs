using System.Globalization;
using System.Text;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>
/// How many times as long the others take, on one thread at the widest vectors: a panel for each pass, a line for each contender.
/// </summary>
internal static class PeersChart
{
    private const int PanelWidth = 330, PanelHeight = 230, Left = 60, Top = 96, GapX = 58, GapY = 92, Right = 24, Bottom = 96;

    private static readonly string[] Colours = ["#c0392b", "#8e44ad", "#d68910", "#117a65"];

    public static string Text(IReadOnlyList<PeerRow> all)
    {
        var rows = all.Where(row => row.Width == all.Max(other => other.Width) && row.Case.Threads == all.Min(other => other.Case.Threads))
            .ToList();
        var panels = rows.GroupBy(row => (row.Case.IsExact, row.Case.WithBackward))
            .OrderBy(panel => (panel.Key.IsExact ? 0 : 2) + (panel.Key.WithBackward ? 1 : 0)).ToList();
        var lengths = rows.Select(row => row.Case.Length).Distinct().Order().ToList();
        var names = rows.Where(row => row.TimesOurs != 1).Select(row => row.Contender).Distinct().ToList();
        var (columns, lines) = (Math.Min(2, panels.Count), (panels.Count + 1) / 2);
        var (width, height) = (Left + (columns * PanelWidth) + ((columns - 1) * GapX) + Right,
            Top + (lines * PanelHeight) + ((lines - 1) * GapY) + Bottom);
        var end = Math.Max(2, Math.Ceiling(rows.Max(row => row.TimesOurs)));
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\">\n");
        svg.Append("  <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Label(svg, Left, 28, "Time of other libraries over KernelGen's", "start", 17);
        Label(svg, Left, 48, $"{Threads.Text(rows[0].Case.Threads)}, {rows[0].Width} bit, {PeerCase.Heads} heads of {PeerCase.HeadDim}; above 1 KernelGen is faster", "start", 12, "#566573");
        for (var i = 0; i < panels.Count; i++)
        {
            var (x, y) = (Left + (i % 2 * (PanelWidth + GapX)), Top + (i / 2 * (PanelHeight + GapY)));
            Panel(svg, x, y, panels[i].ToList(), lengths, names, end);
        }

        for (var i = 0; i < names.Count; i++)
        {
            var (x, y) = (Left + (i % 2 * (PanelWidth + GapX)), height - 40 + (i / 2 * 20));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"  <line x1=\"{x}\" y1=\"{y - 4}\" x2=\"{x + 26}\" y2=\"{y - 4}\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2.5\"/>\n");
            Label(svg, x + 34, y, names[i], "start");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, int x, int y, List<PeerRow> rows, List<int> lengths, List<string> names, double end)
    {
        double X(int length) =>
            x + (lengths.Count == 1 ? PanelWidth / 2.0 : (double)lengths.IndexOf(length) / (lengths.Count - 1) * PanelWidth);
        double Y(double ratio) => y + PanelHeight - (ratio / end * PanelHeight);
        Label(svg, x, y - 12, $"{rows[0].Case.Attention}, {rows[0].Case.Direction}", "start", 13);
        var step = end > 12 ? 4 : end > 6 ? 2 : 1;
        for (var tick = 0; tick <= end; tick += step)
        {
            var colour = tick == 1 ? "#1c2833" : "#e5e8e8";
            svg.Append(
                CultureInfo.InvariantCulture,
                $"  <line x1=\"{x}\" y1=\"{Y(tick):F1}\" x2=\"{x + PanelWidth}\" y2=\"{Y(tick):F1}\" stroke=\"{colour}\"/>\n");
            Label(svg, x - 8, Y(tick) + 4, $"{tick} ×", "end", 11, "#566573");
        }

        if (step > 1)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"  <line x1=\"{x}\" y1=\"{Y(1):F1}\" x2=\"{x + PanelWidth}\" y2=\"{Y(1):F1}\" stroke=\"#1c2833\"/>\n");
        }

        foreach (var length in lengths)
        {
            Label(svg, X(length), y + PanelHeight + 18, length.ToString("N0", CultureInfo.InvariantCulture), "middle", 11, "#566573");
        }

        Label(svg, x + (PanelWidth / 2.0), y + PanelHeight + 36, "tokens; dashed: causal", "middle", 11, "#566573");
        foreach (var line in rows.Where(row => names.Contains(row.Contender)).GroupBy(row => (row.Contender, row.Case.Causal)))
        {
            var colour = Colours[names.IndexOf(line.Key.Contender) % Colours.Length];
            var points = string.Join(
                ' ', line.Select(row => string.Create(CultureInfo.InvariantCulture, $"{X(row.Case.Length):F1},{Y(row.TimesOurs):F1}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"  <polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.2\"{(line.Key.Causal ? " stroke-dasharray=\"6 4\"" : "")}/>\n");
            foreach (var row in line)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"  <circle cx=\"{X(row.Case.Length):F1}\" cy=\"{Y(row.TimesOurs):F1}\" r=\"3\" fill=\"{colour}\"/>\n");
            }
        }
    }

    private static void Label(
        StringBuilder svg, double x, double y, string text, string anchor, int size = 12, string colour = "#1c2833") => svg.Append(
            CultureInfo.InvariantCulture,
            $"  <text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{colour}\">{text}</text>\n");
}
