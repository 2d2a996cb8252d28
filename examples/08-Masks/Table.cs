namespace KernelGen.Examples.Masks;

/// <summary>What patterns cost, as a table of Markdown.</summary>
internal static class Table
{
    private const int Near = 1_000, Far = 10_000;

    /// <summary>The lines above the rows.</summary>
    public static IReadOnlyList<string> Head { get; } =
    [
        SvgPage.Text($"| pattern | tokens | pairs a query: seen | computed | of these without a mask | decoding, kB: at {Near:N0} | at {Far:N0} |"),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ];

    /// <summary>The row of a pattern; of several heads it is their mean.</summary>
    public static string Row(Pattern pattern, IReadOnlyList<Sight> heads)
    {
        double Query(Func<Sight, int> pairs) => heads.Average(pairs) / pattern.Tokens;
        var unmasked = heads.Sum(head => (double)head.UnmaskedPairs) / heads.Sum(head => head.ComputedPairs);
        return SvgPage.Text($"| {pattern.Name} | {pattern.Tokens} | {Query(head => head.SeenPairs):F1} | {Query(head => head.ComputedPairs):F1} | {100 * unmasked:F0} % ")
            + $"| {Kept(pattern, Near)} | {Kept(pattern, Far)} |";
    }

    /// <summary>Kilobytes of keys and values that one stream holds after so many tokens; a dash where there is no decoding.</summary>
    private static string Kept(Pattern pattern, int tokens)
    {
        if (pattern.Create() is not ICausalAttention layer)
        {
            return "–";
        }

        using var state = layer.CreateDecodingState(pattern.Heads);
        var count = pattern.Heads * tokens;
        var shape = new AttentionShape(1, pattern.Heads, tokens);
        state.Prefill([], new float[count * layer.HeadDim], new float[count * layer.ValueDim], [], shape);
        return SvgPage.Text($"{state.StateBytes / 1e3 / pattern.Heads:N0}");
    }
}
