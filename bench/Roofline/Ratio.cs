namespace KernelGen.Bench.Roofline;

/// <summary>A ratio of two times that were measured alternately, or a share of peak, and what it should be.</summary>
internal sealed record Ratio(string Name, double Value, double? AtLeast = null, double? AtMost = null)
{
    public bool IsMet => !(Value < AtLeast) && !(Value > AtMost);

    public string Target => (AtLeast, AtMost) switch
    {
        ({ } low, { } high) => FormattableString.Invariant($"{low:F2} to {high:F2}"),
        ({ } low, null) => FormattableString.Invariant($"≥ {low:F2}"),
        (null, { } high) => FormattableString.Invariant($"≤ {high:F2}"),
        _ => "none",
    };
}
