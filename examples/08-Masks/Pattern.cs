namespace KernelGen.Examples.Masks;

/// <summary>A pattern of what queries see, by the layer that has it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="FileName">Of its picture.</param>
/// <param name="Text">What a query sees, in a sentence.</param>
/// <param name="Create">Makes the layer.</param>
/// <param name="Tokens">Queries and keys of the picture.</param>
internal sealed record Pattern(string Name, string FileName, string Text, Func<IAttention> Create, int Tokens = Pattern.UsualTokens)
{
    private const int UsualTokens = 384;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Pattern> All { get; } =
    [
        new("causal", "causal.svg", "itself and all before it", () => new CausalAttention()),
        new("window", "window.svg", "the last 96, itself among them", () => new WindowAttention()),
        new("window with sinks", "sinks.svg", "the last 96, and the first 4", () => new WindowWithSinksAttention()),
        new("both sides", "sides.svg", "64 on each side", () => new BothSidesAttention()),
        new("prefix", "prefix.svg", "all before it, and the first 120 from anywhere", () => new PrefixAttention()),
        new(
            "blocks with summaries", "blocks.svg", "its block of 96, and the last 4 of each earlier one",
            () => new BlocksWithSummariesAttention()),
        new("strided", "strided.svg", "the last 32, and every 32nd before", () => new StridedAttention()),
        new("windows by head", "heads.svg", "the last 24, 48 or 96, by its head", () => new WindowByHeadAttention(), Tokens: 240)
        {
            Heads = 3,
        },
        new("documents", "documents.svg", "what is before it in its own document", () => new CausalAttention())
        {
            Offsets = [0, 150, 210, UsualTokens],
        },
    ];

    /// <summary>Heads, which may see different keys.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Where documents begin that are packed one after the other, and where the last ends; empty: there is one.</summary>
    public int[] Offsets { get; init; } = [];

    /// <summary>The sizes of a call of all tokens.</summary>
    public AttentionShape Shape => Offsets.Length == 0
        ? new AttentionShape(1, Heads, Tokens)
        : AttentionShape.Packed(Offsets.Length - 1, Heads, Tokens, TensorLayout.BatchHeadLengthDim);

    /// <summary>The documents, from their first token to the one after the last.</summary>
    public IReadOnlyList<(int From, int To)> Documents => Offsets.Length == 0
        ? [(0, Tokens)]
        : [.. Offsets.Zip(Offsets.Skip(1))];
}
