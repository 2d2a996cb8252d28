using KernelGen.Generator.Tiles;

namespace KernelGen.Generator;

/// <summary>The tensors of a layer's calls as text: what the members that users call take, and in which order the runtime takes it from them.</summary>
internal static class CallText
{
    private const string Inputs = "global::System.ReadOnlySpan<float>";
    private const string Outputs = "global::System.Span<float>";

    /// <summary>The tensors of a forward call, as the runtime's CallTensors.</summary>
    /// <param name="program">Of the forward pass.</param>
    /// <param name="withOthers">Whether the caller hands in what the layer needs beside queries, keys and values; otherwise that is missing.</param>
    public static string Forward(TileProgram program, bool withOthers) =>
        Tensors(AttentionOperands.GivenTo([program]), AttentionOperands.OthersOf([program]), withOthers, output: "destination");

    /// <summary>The tensors of a backward call: those of the forward call, then those of gradients alone.</summary>
    /// <inheritdoc cref="Forward"/>
    public static string Backward(TileProgram program, IReadOnlyList<TileProgram> gradients, bool withOthers) =>
        Tensors(AttentionOperands.GivenTo([program, .. gradients]), AttentionOperands.OthersOf([program, .. gradients]), withOthers, output: "output");

    /// <summary>Parameters for tensors, a line each.</summary>
    public static string Parameters(IEnumerable<Operand> operands) =>
        string.Concat(operands.Select(operand => $"\n    {(operand.Access == OperandAccess.Read ? Inputs : Outputs)} {operand.Name},"));

    private static string Tensors(IEnumerable<Operand> given, IEnumerable<Operand> others, bool withOthers, string output)
    {
        var missing = new HashSet<string>(withOthers ? [] : others.Select(operand => operand.Name));
        return $"new({string.Join(", ", given.Select(operand => missing.Contains(operand.Name) ? "default" : operand.Name == AttentionOperands.OutputName ? output : operand.Name))})";
    }
}
