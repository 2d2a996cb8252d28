using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>
/// What programs may ask of which no backend has a printer yet, told so that it can be said at the attribute that asks for it.
/// </summary>
internal static class ProgramLimits
{
    /// <summary>
    /// Tensors that a layer can have beside those of all attention: so many do the calls of the runtime take (CallTensors.Most less 8).
    /// </summary>
    private const int MostOthers = 4;

    /// <summary>Why no call can hand the programs of a layer what they need; null: it can.</summary>
    public static string? OnCalls(IEnumerable<TileProgram> programs)
    {
        var others = AttentionOperands.OthersOf(programs).ToList();
        return others.Count > MostOthers
            ? $"it needs {Number(others.Count)} tensors beside queries, keys, values and their gradients, and a call takes {Number(MostOthers)}"
            : null;
    }

    /// <summary>Why no kernel can compute a program; null: one may.</summary>
    public static string? On(TileProgram program) =>
        Dataflow.Flatten(program.Body).Select(Objection).FirstOrDefault(objection => objection is not null);

    private static string? Objection(Statement statement) => statement.Match(
        load: _ => null,
        store: _ => null,
        matMul: OfTriangle,
        map: _ => null,
        transpose: _ => null,
        reduce: _ => null,
        rebase: _ => null,
        runs: _ => null,
        fold: fold => OfLoop(fold.Loop),
        parallel: parallel => OfLoop(parallel.Loop),
        forEach: _ => "it goes over tokens with gaps between them",
        addToTable: _ => null,
        loadBand: _ => null,
        skew: _ => null);

    private static string? OfTriangle(MatMul product) =>
        (product.Structure == Structure.LowerTarget && product.Accumulate)
        || (product.Structure != Structure.Full && product.Target is StateMember)
            ? $"it adds a triangle of a product to {product.Target}"
            : null;

    private static string? OfLoop(TokenLoop loop) => loop is { Stride: 1, Offset: TokenIndex.Constant { Value: 0 } } or { Stride: -1 }
        ? null
        : $"it takes every token at a distance of {Number(loop.Stride)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
