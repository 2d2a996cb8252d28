namespace KernelGen.Bench.Masks;

/// <summary>A mask that is measured.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Create">Makes the layer.</param>
/// <param name="Sees">Whether a query sees a key of so many: what the layer was declared with, in plain C#.</param>
internal sealed record MaskCase(string Name, Func<IDifferentiableAttention> Create, Func<int, int, int, bool> Sees)
{
    /// <summary>All but full attention, which they are compared with.</summary>
    public static IReadOnlyList<MaskCase> All { get; } =
    [
        new("causal", () => new Kernels.ExactSoftmaxCausal(), (i, j, _) => j <= i),
        new("Window = 256", () => new Window256(), (i, j, _) => j <= i && i - j < 256),
        new("Side = 128", () => new Side128(), (i, j, _) => Math.Abs(i - j) <= 128),
        new("Window = 256, Sinks = 4", () => new Window256Sinks4(), (i, j, _) => j <= i && (i - j < 256 || j < 4)),
        new("causal, ALiBi", () => new CausalAlibi(), (i, j, _) => j <= i),
        new("lines of + and −", () => new Lines(), Lines.Sees),
    ];

    /// <summary>The pairs that are seen, of as many queries as keys.</summary>
    public long VisiblePairs(int length)
    {
        var pairs = 0L;
        for (var query = 0; query < length; query++)
        {
            for (var key = 0; key < length; key++)
            {
                pairs += Sees(query, key, length) ? 1 : 0;
            }
        }

        return pairs;
    }

    /// <summary>
    /// Time of a visible pair over that of full attention, of a time of all pairs over that of full attention: 1 is what a kernel would
    /// take that does nothing for pairs that are not seen.
    /// </summary>
    public static double PerVisiblePair(double ratio, long visiblePairs, int length) =>
        ratio * ((double)length * length / visiblePairs);
}
