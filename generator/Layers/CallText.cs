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

    private static string Tensors(IEnumerable<Operand> given, IEnumerable<Operand> others, bool withOthers, string output)
    {
        var missing = new HashSet<string>(withOthers ? [] : others.Select(operand => operand.Name));
        return $"new({string.Join(", ", given.Select(operand => missing.Contains(operand.Name) ? "default" : operand.Name == AttentionOperands.OutputName ? output : operand.Name))})";
    }
}
