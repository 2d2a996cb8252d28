using System.Globalization;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>What the compiler itself has computed.</summary>
internal static class Constants
{
    /// <summary>The constant as a float, or null where the expression is none or its type has no meaning here.</summary>
    public static float? AsFloat(IOperation operation) =>
        operation.ConstantValue is { HasValue: true, Value: { } value } ? (float?)AsDouble(value) : null;

    /// <summary>A number of any type that converts to double, or null.</summary>
    public static double? AsDouble(object constant) =>
        constant is float or double or sbyte or byte or short or ushort or int or uint or long or ulong
            ? Convert.ToDouble(constant, CultureInfo.InvariantCulture)
            : null;

    public static Value? Read(IOperation operation) => operation switch
    {
        { ConstantValue: { HasValue: true, Value: bool truth } } => Truth.Of(truth),
        { ConstantValue: { HasValue: true, Value: float number } } => Number.Of(number),
        _ => null,
    };

    /// <summary>A constant number, as when it was written as one; a computed number is none.</summary>
    public static float? AsFloat(Value value) => value is Number { Expr: Expr.Constant constant } ? (float)constant.Value : null;
}
