using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>The methods of MathF, Math, float and KernelMath that a kernel function may call, and what to write for others.</summary>
internal static class MathCalls
{
    /// <summary>log10 e.</summary>
    private const double Log10E = 0.4342944819032518;

    /// <summary>Whether the method is one of the framework's functions of numbers, known here or not.</summary>
    public static bool IsMath(IMethodSymbol method) => method is { IsStatic: true, ContainingType: { } type }
        && (type.SpecialType is SpecialType.System_Single or SpecialType.System_Double
            || type.ToDisplayString() is "System.MathF" or "System.Math" or "KernelGen.KernelMath");

    /// <summary>The method as a user writes it.</summary>
    public static string NameOf(IMethodSymbol method)
    {
        var type = method.ContainingType;
        return $"{(type.SpecialType == SpecialType.None ? type.Name : type.ToDisplayString())}.{method.Name}";
    }

    /// <summary>The value of a call, or null where the function is not known.</summary>
    public static Value? Read(IMethodSymbol method, IReadOnlyList<Number> arguments) => arguments.Count switch
    {
        1 when UnaryOf(method.Name) is { } op => Number.Of(op, arguments[0]),
        1 => Read(method.Name, arguments[0]),
        2 when method.Name == "Max" => Number.Of(BinaryOperator.Max, arguments[0], arguments[1]),
        2 when method.Name == "CopySign" => Number.Of(BinaryOperator.CopySign, arguments[0], arguments[1]),
        2 when method.Name == "Min" => Number.Of(BinaryOperator.Min, arguments[0], arguments[1]),
        3 when method.Name == "Clamp" => method.ContainingType.Name == "Math"
            ? ClampByComparing(arguments[0], arguments[1], arguments[2])
            : Number.Of(BinaryOperator.Min, Number.Of(BinaryOperator.Max, arguments[0], arguments[1]), arguments[2]),
        3 when method.Name == "FusedMultiplyAdd" => Number.Fused(arguments[0], arguments[1], arguments[2]),
        _ => null,
    };

    /// <summary>What to write instead of a method that is not known.</summary>
    public static string AdviceFor(IMethodSymbol method) => method.Name switch
    {
        "ClampNative" => "write float.Clamp",
        "Sinh" => "write 0.5f * (MathF.Exp(x) - MathF.Exp(-x))",
        "Cosh" => "write 0.5f * (MathF.Exp(x) + MathF.Exp(-x))",
        "Tan" => "write MathF.Sin(x) / MathF.Cos(x)",
        "SinCos" => "write MathF.Sin(x) and MathF.Cos(x)",
        "SinPi" => "write MathF.Sin(MathF.PI * x)",
        "CosPi" => "write MathF.Cos(MathF.PI * x)",
        "SinCosPi" => "write MathF.Sin(MathF.PI * x) and MathF.Cos(MathF.PI * x)",
        "Log" => "write MathF.Log(x) / MathF.Log(newBase)",
        "LogP1" => "write MathF.Log(1 + x)",
        "ExpM1" => "write MathF.Exp(x) - 1",
        "Exp10" => "write MathF.Exp(2.3025851f * x)",
        "Cbrt" => "write MathF.Exp(MathF.Log(x) / 3), which is NaN below 0",
        "MultiplyAddEstimate" => "write a * b + c, which is fused where the hardware can",
        "Lerp" => "write a + (b - a) * t",
        "MaxNumber" or "MaxNative" or "MaxMagnitude" or "MaxMagnitudeNumber" => "write MathF.Max",
        "MinNumber" or "MinNative" or "MinMagnitude" or "MinMagnitudeNumber" => "write MathF.Min",
        "Floor" or "Ceiling" or "Round" or "Truncate" or "IEEERemainder" => "a kernel function cannot round to whole numbers",
        _ => "the functions are Abs, Max, Min, Clamp, Sign, CopySign, FusedMultiplyAdd, Exp, Exp2, Log, Log2, Log10, Sqrt, Tanh, Sin, Cos, Pow and "
            + "KernelMath.Erf",
    };

    /// <summary>What to write instead of a method on doubles.</summary>
    public static string FloatAdviceFor(IMethodSymbol method) => FloatNameOf(method) is { } name ? $"write {name}" : AdviceFor(method);

    /// <summary>The method on floats that computes what one on doubles does; null where none is known.</summary>
    public static string? FloatNameOf(IMethodSymbol method) => method.Name switch
    {
        "Exp2" => "float.Exp2", // which MathF does not have
        "Clamp" => "float.Clamp", // likewise
        "Pow" or "Max" or "Min" or "FusedMultiplyAdd" or "Sign" or "CopySign" or "Log10" => $"MathF.{method.Name}",
        _ => UnaryOf(method.Name) is not null ? $"MathF.{method.Name}" : null,
    };

    /// <summary>
    /// As Math has it: −0 stays, and a bound that is NaN counts for none. Those of the number types are a maximum and a minimum.
    /// </summary>
    private static Value ClampByComparing(Number x, Number low, Number high) =>
        Truth.Of(Comparison.Less, x, low).Choose(low, Truth.Of(Comparison.Greater, x, high).Choose(high, x));

    private static UnaryOperator? UnaryOf(string name) => name switch
    {
        "Abs" => UnaryOperator.Abs,
        "Sqrt" => UnaryOperator.Sqrt,
        "Exp" => UnaryOperator.Exp,
        "Exp2" => UnaryOperator.Exp2,
        "Log" => UnaryOperator.Log,
        "Log2" => UnaryOperator.Log2,
        "Tanh" => UnaryOperator.Tanh,
        "Sin" => UnaryOperator.Sin,
        "Cos" => UnaryOperator.Cos,
        "Erf" => UnaryOperator.Erf,
        _ => null,
    };

    /// <summary>NaN, where the framework's throws.</summary>
    private static Value Sign(Number x) => Truth.Of(Comparison.Greater, x, Number.Of(0)).Choose(
        Number.Of(1),
        Truth.Of(Comparison.Less, x, Number.Of(0)).Choose(
            Number.Of(-1), Truth.Of(Comparison.Equal, x, Number.Of(0)).Choose(Number.Of(0), Number.Of(float.NaN))));

    /// <summary>1 or −1, as the sign is, of zeros too.</summary>
    private static Number SignOf(Number x) => Number.Of(BinaryOperator.CopySign, Number.Of(1), x);

    private static Value? Read(string name, Number x)
    {
        var size = Number.Of(UnaryOperator.Abs, x);
        return name switch
        {
            "ReciprocalEstimate" => Number.Of(BinaryOperator.Divide, Number.Of(1), x),
            "ReciprocalSqrtEstimate" => Number.Of(BinaryOperator.Divide, Number.Of(1), Number.Of(UnaryOperator.Sqrt, x)),
            "Log10" => Number.Of(BinaryOperator.Multiply, Number.Of((float)Log10E), Number.Of(UnaryOperator.Log, x)),
            "Sign" => Sign(x),
            "IsNegative" => Truth.Of(Comparison.Less, SignOf(x), Number.Of(0)),
            "IsPositive" => Truth.Of(Comparison.Greater, SignOf(x), Number.Of(0)),
            "IsNaN" => Truth.Of(Comparison.NotEqual, x, x),
            "IsFinite" => Truth.Of(Comparison.LessOrEqual, size, Number.Of(float.MaxValue)),
            "IsInfinity" => Truth.Of(Comparison.Equal, size, Number.Of(float.PositiveInfinity)),
            "IsPositiveInfinity" => Truth.Of(Comparison.Equal, x, Number.Of(float.PositiveInfinity)),
            "IsNegativeInfinity" => Truth.Of(Comparison.Equal, x, Number.Of(float.NegativeInfinity)),
            _ => null,
        };
    }
}
