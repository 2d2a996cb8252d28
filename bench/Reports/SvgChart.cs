using System.Globalization;
using System.Text;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Reports;

/// <summary>Shares of peak on one thread as bars: a group for each kernel, a bar for each width.</summary>
internal static class SvgChart
{
    private const int Left = 214, Plot = 480, Right = 56, Top = 84, Bar = 14, Gap = 14, Bottom = 46;

    /// <summary>Told apart without colour vision too: from dark to light.</summary>
    private static readonly Dictionary<int, string> Colours = new() { [512] = "#1b4f72", [256] = "#2e9bb5", [128] = "#f0a84b" };

    public static string Text(RooflineReport report)
    {
        var rows = report.Rows.Where(row => row is { Threads: 1, KeyScale: 1, Direction: not "both" }).ToList();
        var widths = rows.Select(row => row.Width).Distinct().OrderDescending().ToList();
        var groups = rows.GroupBy(row => (row.Kernel, row.Causal, row.Length, row.Direction)).ToList();

        // Turbo clocks can lift a share a little over 1: the axis then follows.
        var end = Math.Max(1.0, Math.Ceiling(rows.Select(row => row.PeakShare).DefaultIfEmpty().Max() * 5) / 5);
        var group = (widths.Count * Bar) + Gap;
        var axis = Top + (groups.Count * group);
        var (width, height) = (Left + Plot + Right, axis + Bottom);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"  <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
        AppendText(svg, 16, 28, "Generated attention, one thread: share of the multiply-add peak", "start", 15);

        AppendText(svg, 16, 56, "vector width:", "start");
        for (var i = 0; i < widths.Count; i++)
        {
            var x = 106 + (i * 80);
            AppendBar(svg, x, 46, 12, 12, widths[i]);
            AppendText(svg, x + 18, 56, $"{widths[i]} bit", "start");
        }

        for (var tick = 0; tick <= Math.Round(end * 5); tick++)
        {
            var share = tick / 5.0;
            var x = Left + (share / end * Plot);
            svg.Append(CultureInfo.InvariantCulture, $"  <line x1=\"{x:F1}\" y1=\"{Top - 6}\" x2=\"{x:F1}\" y2=\"{axis}\" ");
            svg.Append("stroke=\"#d5d8dc\"/>\n");
            AppendText(svg, x, axis + 18, share.ToString("0.0", CultureInfo.InvariantCulture), "middle");
        }

        AppendText(svg, Left + (Plot / 2.0), axis + 36, "share of the peak that a probe of the same width reached beside it", "middle");

        for (var g = 0; g < groups.Count; g++)
        {
            var (kernel, causal, length, direction) = groups[g].Key;
            var y = Top + (g * group);
            var middle = y + (widths.Count * Bar / 2.0);
            AppendText(svg, Left - 10, middle - 2, $"{kernel}{(causal ? ", causal" : "")}", "end");
            AppendText(svg, Left - 10, middle + 12, FormattableString.Invariant($"{direction}, {length:N0} tokens"), "end", 10, "#566573");
            foreach (var row in groups[g])
            {
                var top = y + (widths.IndexOf(row.Width) * Bar);
                var extent = row.PeakShare / end * Plot;
                AppendBar(svg, Left, top, extent, Bar - 2, row.Width);
                AppendText(svg, Left + extent + 5, top + Bar - 4, row.PeakShare.ToString("F2", CultureInfo.InvariantCulture), "start", 10);
            }
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void AppendBar(StringBuilder svg, double x, double y, double width, double height, int bits) => svg.Append(
        CultureInfo.InvariantCulture,
        $"  <rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{width:F1}\" height=\"{height:F1}\" fill=\"{Colours[bits]}\"/>\n");

    private static void AppendText(
        StringBuilder svg, double x, double y, string text, string anchor, int size = 12, string colour = "#1c2833") => svg.Append(
        CultureInfo.InvariantCulture,
        $"  <text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{colour}\">{text}</text>\n");
}
