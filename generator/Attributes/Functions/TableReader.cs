using System.Globalization;
using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>A table of learned numbers, a parameter of a score.</summary>
internal sealed class Table(LearnedTable table) : Value(1, 1)
{
    public LearnedTable Learned { get; } = table;
}

/// <summary>Reads tables of learned numbers: the parameters that they are, and numbers of them at whole numbers of positions.</summary>
internal static class TableReader
{
    private const string LearnedAttribute = "KernelGen.LearnedAttribute";

    /// <summary>Whether a parameter is marked as a table.</summary>
    public static bool IsLearned(IParameterSymbol parameter) => AttributeOf(parameter) is not null;

    /// <summary>The table that a parameter is; null: it is none.</summary>
    public static Table? TableOf(IParameterSymbol parameter) =>
        LengthOf(parameter) is { } length
            ? new(new LearnedTable(
                LearnedTable.ArgumentPrefix + char.ToUpperInvariant(parameter.Name[0]) + parameter.Name.Substring(1), length))
            : null;

    /// <summary>What is wrong with a parameter that is marked as a table; null: nothing.</summary>
    public static string? ObjectionTo(IParameterSymbol parameter) =>
        !IsFloats(parameter.Type)
            ? $"takes '{parameter.Name}' as [Learned] {parameter.Type.ToDisplayString()}, but tables are ReadOnlySpan<float>"
        : !MethodReader.IsRead(parameter) ? $"takes '{parameter.Name}' by reference"
        : LengthOf(parameter) is < 1 or > LearnedTable.MostNumbers
            ? string.Format(
                CultureInfo.InvariantCulture, "takes '{0}' as a table of {1} numbers, but allowed are 1 to {2}", parameter.Name,
                LengthOf(parameter), LearnedTable.MostNumbers)
        : null;

    /// <summary>The numbers of a table at an index of positions, which is another in other cases.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The index.</param>
    /// <param name="syntax">Where it is written.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static Value Read(Table table, MaskValue.Whole index, SyntaxNode syntax, FunctionFaults faults)
    {
        foreach (var (_, number) in index.Cases)
        {
            // Of one head: where the index grows with the head, there is a most of heads.
            var (least, most) = new NumberRange(int.MaxValue, heads: 1).Of(number);
            if (least < 0 || most >= table.Learned.Length)
            {
                faults.Add(
                    Rules.IndexOutOfTable, syntax.GetLocation(), Text(least), Text(most), table.Learned.Length, table.Learned.Length - 1);
                return Value.Unknown;
            }
        }

        return index.Cases.Skip(1).Aggregate(NumberOf(index.Cases[0].Number), (otherwise, one) =>
            (Number)Whole.TruthOf(one.When).Choose(NumberOf(one.Number), otherwise));

        Number NumberOf(WholeNumber number) => new(new Expr.Element(new TableValue(table.Learned, number)), 1, 1);
    }

    private static string Text(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private static AttributeData? AttributeOf(IParameterSymbol parameter) =>
        parameter.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == LearnedAttribute);

    private static int? LengthOf(IParameterSymbol parameter) =>
        AttributeOf(parameter) is { ConstructorArguments: [{ Value: int length }] } ? length : null;

    private static bool IsFloats(ITypeSymbol type) =>
        type is INamedTypeSymbol
        {
            Name: "ReadOnlySpan", ContainingNamespace.Name: "System", TypeArguments: [{ SpecialType: SpecialType.System_Single }],
        };
}
