namespace KernelGen.Examples.Masks;

/// <summary>Draws what queries see of keys, one pixel a pair, over the blocks that are computed.</summary>
internal static class MaskPicture
{
    private const string NotComputed = "#eceff3", InVain = "#fbe3b6", Masked = "#d97a00", Unmasked = "#2a6fb0";
    private const int Left = SvgPage.Left, Top = 100, Gap = 40, Tick = 48;

    /// <summary>The whole file.</summary>
    public static string Draw(Pattern pattern, IReadOnlyList<Sight> heads)
    {
        var side = pattern.Tokens;
        var legend = Top + side + 26;
        var page = new SvgPage(
            Math.Max(Left + (heads.Count * (side + Gap)), 508), legend + 50, $"{char.ToUpperInvariant(pattern.Name[0])}{pattern.Name[1..]}",
            $"A query sees {pattern.Text}.");
        for (var head = 0; head < heads.Count; head++)
        {
            var x = Left + (head * (side + Gap));
            var above = heads.Count == 1 ? "keys →" : SvgPage.Text($"keys of head {head} →");
            page.Line($"  <text x=\"{x}\" y=\"{Top - 20}\" fill=\"#555\" font-size=\"12\">{above}</text>");
            page.Line($"  <g transform=\"translate({x} {Top})\" shape-rendering=\"crispEdges\">");
            Pairs(page, heads[head], side);
            page.Line($"    <rect width=\"{side}\" height=\"{side}\" fill=\"none\" stroke=\"#888\"/>");
            page.Line($"  </g>");
            Ticks(page, x, side);
        }

        var middle = Top + (side / 2);
        page.Line($"  <text x=\"24\" y=\"{middle}\" fill=\"#555\" font-size=\"12\" text-anchor=\"middle\" transform=\"rotate(-90 24 {middle})\">← queries</text>");
        Entry(page, Left, legend, Unmasked, "seen, computed without a mask");
        Entry(page, Left + 240, legend, Masked, "seen, masked");
        Entry(page, Left, legend + 24, InVain, "not seen, computed and masked");
        Entry(page, Left + 240, legend + 24, NotComputed, "not computed");
        return page.Close();
    }

    private static void Pairs(SvgPage page, Sight sight, int side)
    {
        page.Line($"    <rect width=\"{side}\" height=\"{side}\" fill=\"{NotComputed}\"/>");
        Fill(InVain, block => block.IsMasked);
        Fill(Unmasked, block => !block.IsMasked);

        // A line through the middle of each row, from the first pair to the last of those that are seen one after the other.
        page.Line($"    <path stroke=\"{Masked}\" d=\"{string.Concat(Enumerable.Range(0, side).Select(query => Row(sight, query)))}\"/>");

        // Where blocks meet.
        var edges = string.Concat(sight.Blocks.Select(block => SvgPage.Text($"M{block.Key} {block.Query}h{block.Keys}v{block.Queries}")));
        page.Line($"    <path stroke=\"white\" stroke-opacity=\"0.45\" fill=\"none\" shape-rendering=\"auto\" stroke-width=\"0.6\" d=\"{edges}\"/>");

        void Fill(string colour, Func<Sight.Block, bool> isOne)
        {
            var path = string.Concat(sight.Blocks.Where(isOne).Select(
                block => SvgPage.Text($"M{block.Key} {block.Query}h{block.Keys}v{block.Queries}h{-block.Keys}z")));
            page.Line($"    <path fill=\"{colour}\" d=\"{path}\"/>");
        }
    }

    private static string Row(Sight sight, int query)
    {
        var path = "";
        var at = -1;
        foreach (var block in sight.Blocks.Where(block => block.IsMasked && query >= block.Query && query < block.Query + block.Queries))
        {
            for (var key = block.Key; key < block.Key + block.Keys; key++)
            {
                if (!sight.Sees(query, key))
                {
                    continue;
                }

                var from = key;
                while (key < block.Key + block.Keys && sight.Sees(query, key))
                {
                    key++;
                }

                path += at < 0 ? SvgPage.Text($"M{from} {query + 0.5:0.0}h{key - from}") : SvgPage.Text($"m{from - at} 0h{key - from}");
                at = key;
            }
        }

        return path;
    }

    private static void Ticks(SvgPage page, int x, int side)
    {
        for (var token = 0; token <= side; token += 2 * Tick)
        {
            page.Line($"  <text x=\"{x + token}\" y=\"{Top - 6}\" font-size=\"11\" fill=\"#777\" text-anchor=\"middle\">{token}</text>");
            page.Line($"  <text x=\"{x - 6}\" y=\"{Top + token + 4}\" font-size=\"11\" fill=\"#777\" text-anchor=\"end\">{token}</text>");
        }
    }

    private static void Entry(SvgPage page, int x, int y, string colour, string text)
    {
        page.Line($"  <rect x=\"{x}\" y=\"{y - 11}\" width=\"13\" height=\"13\" fill=\"{colour}\"/>");
        page.Line($"  <text x=\"{x + 20}\" y=\"{y}\" font-size=\"12\">{text}</text>");
    }
}
