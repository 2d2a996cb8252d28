using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Positions;

/// <summary>A whole number of positions that an expression reads, as the nearest float. Equal numbers are equal values.</summary>
internal sealed class PositionValue(WholeNumber number) : Variable(number.ToString())
{
    public WholeNumber Number { get; } = number;

    public override bool Equals(object? other) => other is PositionValue value && value.Number == Number;

    public override int GetHashCode() => Number.GetHashCode();
}

/// <summary>A relation of positions that an expression asks for.</summary>
internal sealed record PositionRelation(Relation Relation) : Condition.OfPosition;
