using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>
/// The tensors of a layer's calls as text: in which order the runtime takes them, and the parameters for those of the family's own.
/// </summary>
internal static class CallText
{
    /// <summary>The tensors of a forward call, as the runtime's CallTensors.</summary>
    /// <param name="program">Of the forward pass.</param>
    /// <param name="withOthers">
    /// Whether the caller hands in what the layer needs beside queries, keys and values; otherwise that is missing.
    /// </param>
    public static string Forward(TileProgram program, bool withOthers) =>
        Tensors(AttentionOperands.GivenTo([program]), AttentionOperands.OthersOf([program]), withOthers, output: "destination");

    /// <summary>The tensors of a backward call: those of the forward call, then those of gradients alone.</summary>
    /// <inheritdoc cref="Forward"/>
    public static string Backward(TileProgram program, IReadOnlyList<TileProgram> gradients, bool withOthers) =>
        Tensors(
            AttentionOperands.GivenTo([program, .. gradients]),
            AttentionOperands.OthersOf([program, .. gradients]), withOthers, output: "output");

    /// <summary>The parameter for what lies one number after the other: numbers of tokens, and tables.</summary>
    public static MemberParameter Span(Operand operand) => new(
        operand.Element == OperandElement.Int32 ? "global::System.ReadOnlySpan<int>"
        : operand.Access == OperandAccess.Read ? "global::System.ReadOnlySpan<float>"
        : "global::System.Span<float>",
        operand.Name);

    /// <summary>
    /// What is said of the parameters for numbers of tokens and tables, beside what is inherited: compilers want none of the parameters in
    /// a tag, or all.
    /// </summary>
    /// <param name="others">What a call takes that not every attention has.</param>
    /// <param name="rows">What there is a number for.</param>
    public static string Documentation(
        IEnumerable<Operand> others, string rows = "token of each sequence, [batch, key length], by its position among the keys")
    {
        var said = others.Where(operand => operand.Element == OperandElement.Int32 || operand.IsTable || operand.Positions is not null)
            .Select(operand => $"<c>{operand.Name}</c> is {Describe(operand, rows)}").ToList();
        return said.Count == 0 ? "" : $"\n<remarks>\n{string.Join("\n", said)}\n</remarks>";
    }

    private static string Describe(Operand operand, string rows) =>
        operand.Element == OperandElement.Int32 ? $"a number of each {rows}; from −2^29 to 2^29."
        : operand.Positions is { } positions ? DescribePositions(operand, positions)
        : operand.Access == OperandAccess.Read ? $"the learned table, {Text(operand.Columns.Size)} numbers."
        : $"∂loss by the learned table, {Text(operand.Columns.Size)} numbers, summed over all heads and sequences; empty: not wanted.";

    private static string DescribePositions(Operand operand, int positions)
    {
        var heads = operand.SharedBy.HasFlag(OperandSharing.Sequence) ? "" : "key heads, ";
        var gradient = operand.Access == OperandAccess.Accumulate
            ? ": ∂loss by it, summed over all that share it; rows that no key has are 0. Empty: not wanted"
            : "";
        return $"[{heads}{Text(positions)}, {Text(operand.Columns.Size)}], a row for each position of a key{gradient}.";
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Tensors(IEnumerable<Operand> given, IEnumerable<Operand> others, bool withOthers, string output)
    {
        var missing = new HashSet<string>(withOthers ? [] : others.Select(operand => operand.Name));
        return $"new({string.Join(", ", given.Select(operand => missing.Contains(operand.Name) ? "default" : Argument(operand, output)))})";
    }

    /// <summary>The runtime takes the bits of ints as it takes floats.</summary>
    private static string Argument(Operand operand, string output) =>
        operand.Name == AttentionOperands.OutputName ? output
        : operand.Element == OperandElement.Int32
            ? $"global::System.Runtime.InteropServices.MemoryMarshal.Cast<int, float>({operand.Name})"
        : operand.Name;
}
