using System.Globalization;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>Spells the entry of an operand in a list of the runtime's records, in a file that has their aliases.</summary>
internal static class OperandText
{
    /// <summary>The entry of an operand of a program.</summary>
    /// <param name="operand">The operand.</param>
    /// <param name="access">What is done to it where that is not what the program does; null: it is.</param>
    public static string Entry(Operand operand, OperandAccess? access = null) => Entry(
        operand.Name, operand.Axis.ToString(), Text(operand.Columns.Size), access ?? operand.Access,
        operand.SharedBy, operand.Source, operand.IsOptional, operand.Element, operand.SumOf, operand.Positions);

    public static string Entry(
        string name, string rows, string columns, OperandAccess access, OperandSharing sharing, OperandSource source, bool isOptional,
        OperandElement element = OperandElement.Float32, Summands? sumOf = null, int? positions = null) =>
        $"new(\"{name}\", _OperandRows.{rows}, {columns}, _OperandAccess.{access}"
        + (sharing == OperandSharing.None ? "" : $", SharedBy: _OperandSharing.{sharing}")
        + (source == OperandSource.Caller ? "" : $", Source: _OperandSource.{source}")
        + (isOptional ? ", IsOptional: true" : "")
        + (element == OperandElement.Float32 ? "" : $", Element: global::KernelGen.CompilerServices.OperandElement.{element}")
        + (sumOf?.Operand is { } summand ? $", SumOf: \"{summand.Name}\"" : "")
        + (sumOf?.Constants is { } constants
            ? $", SumOfConstants: new float[] {{ {string.Join(", ", constants.Select(number => ExprPrinter.Literal(number)))} }}"
            : "")
        + (positions is { } rowsOfAll ? $", Positions: {Text(rowsOfAll)}" : "")
        + "),";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
