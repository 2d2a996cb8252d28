using System.Collections.Immutable;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// Computes numbers in which the argument of the function has no part, with the arithmetic of their own types: constants, readonly fields,
/// counters of loops, and what operators and the framework's functions make of them. So doubles may occur, which are rounded to float once.
/// </summary>
internal sealed class FixedNumbers(MethodReader methods, ImmutableDictionary<ISymbol, Value> variables)
{
    /// <summary>Whole numbers beyond are not computed: double holds them, but not their quotients.</summary>
    private static readonly Interval _computed = new(-int.MaxValue, int.MaxValue);

    /// <summary>The number, or null where it is not fixed.</summary>
    public double? Read(IOperation operation)
    {
        methods.CountStep();
        return operation switch
        {
            { ConstantValue: { HasValue: true, Value: { } constant } } => Constants.AsDouble(constant),
            IConversionOperation { OperatorMethod: null } conversion
                when Read(conversion.Operand) is { } operand => As(conversion.Type, operand),
            IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Minus } negation
                when Read(negation.Operand) is { } operand =>
                As(negation.Type, -operand),
            IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Plus } unchanged => Read(unchanged.Operand),
            IBinaryOperation { OperatorMethod: null } binary when Read(binary.LeftOperand) is { } a && Read(binary.RightOperand) is { } b =>
                Combine(binary.OperatorKind, a, b, binary.Type),
            IConditionalOperation { IsRef: false, WhenFalse: { } otherwise } conditional when Decide(conditional.Condition) is { } holds =>
                Read(holds ? conditional.WhenTrue : otherwise),
            IFieldReferenceOperation { Instance: null } field => methods.Fields.NumberOf(field.Field),
            ILocalReferenceOperation local
                when variables.TryGetValue(local.Local, out var value) && value is Counter counter => counter.Value,
            IInvocationOperation call when MathCalls.IsMath(call.TargetMethod) => Read(call),
            _ => null,
        };
    }

    /// <summary>Whether a condition on such numbers holds, or null where that is not fixed.</summary>
    public bool? Decide(IOperation condition) => condition switch
    {
        { ConstantValue: { HasValue: true, Value: bool constant } } => constant,
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => !Decide(not.Operand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } both => Decide(both.LeftOperand) & Decide(both.RightOperand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr } either =>
            Decide(either.LeftOperand) | Decide(either.RightOperand),
        IBinaryOperation { OperatorMethod: null } comparison
            when Read(comparison.LeftOperand) is { } a && Read(comparison.RightOperand) is { } b => comparison.OperatorKind switch
            {
                BinaryOperatorKind.LessThan => a < b,
                BinaryOperatorKind.LessThanOrEqual => a <= b,
                BinaryOperatorKind.GreaterThan => a > b,
                BinaryOperatorKind.GreaterThanOrEqual => a >= b,
                BinaryOperatorKind.Equals => a == b,
                BinaryOperatorKind.NotEquals => a != b,
                _ => null,
            },
        _ => null,
    };

    /// <summary>
    /// What an operator makes of two numbers in the arithmetic of a type; null where it throws, or is too large to be exact here.
    /// </summary>
    public static double? Combine(BinaryOperatorKind kind, double a, double b, ITypeSymbol? type)
    {
        var isWhole = IsWhole(type);
        return kind switch
        {
            BinaryOperatorKind.Add => As(type, a + b),
            BinaryOperatorKind.Subtract => As(type, a - b),
            BinaryOperatorKind.Multiply => As(type, a * b),
            BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder when isWhole && b == 0 => null,
            BinaryOperatorKind.Divide => As(type, a / b),
            BinaryOperatorKind.Remainder => As(type, a % b),
            _ => null,
        };
    }

    public static bool IsWhole(ITypeSymbol? type) => RangeOf(type) is not null;

    /// <summary>The whole numbers that a type holds; null where it is none of such.</summary>
    public static Interval? RangeOf(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_SByte => new Interval(sbyte.MinValue, sbyte.MaxValue),
        SpecialType.System_Byte => new Interval(byte.MinValue, byte.MaxValue),
        SpecialType.System_Int16 => new Interval(short.MinValue, short.MaxValue),
        SpecialType.System_UInt16 => new Interval(ushort.MinValue, ushort.MaxValue),
        SpecialType.System_Int32 => new Interval(int.MinValue, int.MaxValue),
        SpecialType.System_UInt32 => new Interval(uint.MinValue, uint.MaxValue),
        SpecialType.System_Int64 => new Interval(long.MinValue, long.MaxValue),
        SpecialType.System_UInt64 => new Interval(ulong.MinValue, ulong.MaxValue),
        _ => null,
    };

    /// <summary>
    /// A number as one of a type, where it is in its range: whole numbers are cut, as C# does in conversions and quotients, and have no −0.
    /// </summary>
    private static double? As(ITypeSymbol? type, double number) => (type?.SpecialType, RangeOf(type)) switch
    {
        (SpecialType.System_Single, _) => (float)number,
        (SpecialType.System_Double, _) => number,
        (_, { } range) when Interval.Of(Math.Truncate(number)) is var whole && whole.IsWithin(range.Intersect(_computed)) => whole.Low + 0,
        _ => null,
    };

    private double? Read(IInvocationOperation call)
    {
        var arguments = CallArguments.ByParameter(call)
            .Select(argument => argument is null ? null : Read(argument)).OfType<double>().ToArray();
        return arguments.Length == call.TargetMethod.Parameters.Length && Apply(call.TargetMethod.Name, arguments) is { } value
            ? As(call.Type, value)
            : null;
    }

    /// <summary>
    /// The framework's functions in double, of which those on floats are roundings; the .NET Standard has not all of them.
    /// </summary>
    private static double? Apply(string function, double[] arguments) => (function, arguments) switch
    {
        ("Abs", [var x]) => Math.Abs(x),
        ("Acos", [var x]) => Math.Acos(x),
        ("Asin", [var x]) => Math.Asin(x),
        ("Atan", [var x]) => Math.Atan(x),
        ("Atan2", [var y, var x]) => Math.Atan2(y, x),
        ("Cbrt", [var x]) => CubeRoot(x),
        ("Ceiling", [var x]) => Math.Ceiling(x),
        ("Cos", [var x]) => Math.Cos(x),
        ("Cosh", [var x]) => Math.Cosh(x),
        ("Exp", [var x]) => Math.Exp(x),
        ("Exp2", [var x]) => Math.Pow(2, x),
        ("Floor", [var x]) => Math.Floor(x),
        ("Log", [var x]) => Math.Log(x),
        ("Log", [var x, var newBase]) => Math.Log(x, newBase),
        ("Log10", [var x]) => Math.Log10(x),
        ("Log2", [var x]) => Math.Log(x, 2),
        ("Max", [var x, var y]) => FloatMath.Apply(BinaryOperator.Max, x, y),
        ("Min", [var x, var y]) => FloatMath.Apply(BinaryOperator.Min, x, y),
        ("Pow", [var x, var exponent]) => Math.Pow(x, exponent),
        ("Round", [var x]) => Math.Round(x),
        ("Sign", [var x]) when !double.IsNaN(x) => Math.Sign(x),
        ("Sin", [var x]) => Math.Sin(x),
        ("Sinh", [var x]) => Math.Sinh(x),
        ("Sqrt", [var x]) => Math.Sqrt(x),
        ("Tan", [var x]) => Math.Tan(x),
        ("Tanh", [var x]) => Math.Tanh(x),
        ("Truncate", [var x]) => Math.Truncate(x),
        _ => null,
    };

    /// <summary>A power is near, and a step of Newton's gives the nearest number, or of a cube its root.</summary>
    private static double CubeRoot(double x)
    {
        var root = Math.Sign(x) * Math.Pow(Math.Abs(x), 1.0 / 3);
        return x == 0 || double.IsInfinity(x) ? x : root - (((root * root * root) - x) / (3 * root * root));
    }
}
