using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// A whole number that the tokens of the current row and column make, as the nearest float. Of it and what else stands in a function of
/// positions: <see cref="Of"/>.
/// </summary>
internal sealed class TokenNumber(WholeNumber number, Sight sight) : Variable(RelationText.Describe(number, sight.NameOf, sight.NameOf))
{
    public WholeNumber Number { get; } = number;

    /// <summary>The axes that have the positions.</summary>
    public Sight Sight { get; } = sight;

    /// <summary>A function of a number and of positions, where those are of two axes.</summary>
    /// <param name="function">With <see cref="PositionValue"/> and <see cref="PositionRelation"/> in it.</param>
    /// <param name="argument">What takes the place of its argument.</param>
    /// <param name="sight">The axes.</param>
    public static Expr Of(ScalarFunction function, Expr argument, Sight sight)
    {
        return function.Body.Replace(
            part => part is Expr.Argument ? argument
                : part is Expr.Element { Variable: PositionValue value } ? new Expr.Element(new TokenNumber(value.Number, sight))
                : null,
            asked => asked is PositionRelation relation ? new Position.Sees(sight with { Visibility = new(relation.Relation) }) : asked);
    }

    public override bool Equals(object? other) => other is TokenNumber token && token.Number == Number && token.Sight == Sight;

    public override int GetHashCode() => Number.GetHashCode();
}
