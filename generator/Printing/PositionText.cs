using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Printing;

/// <summary>How a printer spells the conditions on where an element is.</summary>
/// <param name="Below">The row's position is below a limit.</param>
/// <param name="Sees">Of row and column, the query sees the key.</param>
/// <param name="InRun">The row lies in the current run.</param>
/// <param name="Number">The number that the positions of row and column make.</param>
/// <param name="Entry">The number of a table at the index that they make.</param>
internal sealed record PositionText(
    Func<Position.Below, string> Below, Func<Position.Sees, string> Sees, Func<Position.InRun, string> InRun,
    Func<TokenNumber, string> Number, Func<TableEntry, string> Entry)
{
    /// <summary>
    /// For expressions that stand nowhere in particular, such as the body of a function: the verifier lets no condition on a position into
    /// them.
    /// </summary>
    public static PositionText Nowhere { get; } = new(Refuse, Refuse, Refuse, Refuse, Refuse);

    private static string Refuse(object asked) => throw new InvalidOperationException($"There is no position here to ask {asked}.");
}
