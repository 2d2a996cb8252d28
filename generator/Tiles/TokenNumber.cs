using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// A whole number that the tokens of the current row and column make, as the nearest float. Of it and what else stands in a function of
/// positions: <see cref="Of"/>.
/// </summary>
internal class TokenNumber : Variable
{
    public TokenNumber(WholeNumber number, Sight sight)
        : this(RelationText.Describe(number, sight.NameOf, sight.NameOf), number, sight)
    {
    }

    protected TokenNumber(string name, WholeNumber number, Sight sight)
        : base(name) => (Number, Sight) = (number, sight);

    public WholeNumber Number { get; }

    /// <summary>The axes that have the positions.</summary>
    public Sight Sight { get; }

    /// <summary>A function of a number and of positions, where those are of two axes.</summary>
    /// <param name="function">
    /// With <see cref="PositionValue"/>, <see cref="PositionRelation"/> and <see cref="TableValue"/> in it.
    /// </param>
    /// <param name="argument">What takes the place of its argument.</param>
    /// <param name="sight">The axes.</param>
    /// <param name="tables">The operands that are its tables.</param>
    public static Expr Of(ScalarFunction function, Expr argument, Sight sight, IReadOnlyList<Operand> tables) => function.Body.Replace(
        part => part is Expr.Argument ? argument
            : part is Expr.Element { Variable: PositionValue value } ? new Expr.Element(new TokenNumber(value.Number, sight))
            : part is Expr.Element { Variable: TableValue entry } ? new Expr.Element(new TableEntry(
                tables.Single(table => table.Name == entry.Table.Name), entry.Index, sight))
            : null,
        asked => asked is PositionRelation relation ? new Position.Sees(sight with { Visibility = new(relation.Relation) }) : asked);

    public override bool Equals(object? other) =>
        other is TokenNumber token && token.GetType() == GetType() && token.Number == Number && token.Sight == Sight;

    public override int GetHashCode() => Number.GetHashCode();
}

/// <summary>The number of a table at an index that the tokens of the current row and column make.</summary>
/// <param name="table">An operand that is one row.</param>
/// <param name="index">Within the table.</param>
/// <param name="sight">The axes that have the positions.</param>
internal sealed class TableEntry(Operand table, WholeNumber index, Sight sight)
    : TokenNumber($"{table.Name}[{RelationText.Describe(index, sight.NameOf, sight.NameOf)}]", index, sight)
{
    public Operand Table { get; } = table;

    public override bool Equals(object? other) => base.Equals(other) && ((TableEntry)other!).Table == Table;

    public override int GetHashCode() => base.GetHashCode();
}
