using System.Collections.Immutable;
using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>A whole number of positions: a parameter such as `int query`, or what a local is made of them.</summary>
internal sealed class Whole(MaskValue.Whole value) : Value(1, 1)
{
    public MaskValue.Whole Cases { get; } = value;

    /// <summary>The number as the nearest float.</summary>
    public Number AsNumber() => Cases.Cases.Skip(1).Aggregate(NumberOf(Cases.Cases[0].Number), (otherwise, one) =>
        (Number)TruthOf(one.When).Choose(NumberOf(one.Number), otherwise));

    /// <summary>A relation as a condition.</summary>
    public static Truth TruthOf(Relation relation) => relation is Relation.Known known
        ? Truth.Of(known.Holds)
        : new Truth(new PositionRelation(relation), relation.Numbers().Count(), 1);

    private static Number NumberOf(WholeNumber number) =>
        number.IsConstant ? Number.Of(number.Constant) : new Number(new Expr.Element(new PositionValue(number)), 1, 1);
}

/// <summary>Reads what of a function is made of positions alone, by the rules of masks.</summary>
internal sealed class PositionReader(MethodReader methods, FunctionFaults faults, ImmutableDictionary<ISymbol, Value> variables)
{
    /// <summary>The value of an expression of positions; null where it is none.</summary>
    public Value? Read(IOperation operation)
    {
        if (!IsOfPositions(operation))
        {
            return null;
        }

        var known = variables.Where(variable => variable.Value is Whole).ToImmutableDictionary(
            variable => variable.Key, variable => (MaskValue)((Whole)variable.Value).Cases, SymbolEqualityComparer.Default);
        return methods.ReadPositions(operation, known, faults) switch
        {
            MaskValue.Whole whole => new Whole(whole),
            MaskValue.Truth truth => Whole.TruthOf(truth.Relation),
            _ => Value.Unknown,
        };
    }

    /// <summary>Whether it is made of ints and bools, of which some are positions and all others constants.</summary>
    public bool IsOfPositions(IOperation operation)
    {
        var parts = operation.DescendantsAndSelf().ToList();
        var variablesIn = parts.Select(SymbolOf).OfType<ISymbol>().ToList();
        return variablesIn.Count > 0
            && variablesIn.TrueForAll(symbol => variables.TryGetValue(symbol, out var value) && value is Whole)
            && parts.TrueForAll(part => part.Type is null
                || part.Type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Boolean || part is IInvocationOperation);
    }

    private static ISymbol? SymbolOf(IOperation operation) => operation switch
    {
        _ when operation.ConstantValue.HasValue => null,
        IParameterReferenceOperation parameter => parameter.Parameter,
        ILocalReferenceOperation local => local.Local,
        _ => null,
    };
}
