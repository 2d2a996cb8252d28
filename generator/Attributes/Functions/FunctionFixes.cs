using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// What a function may not hold, rewritten where there is one way to write it that computes the same. Names are written in full; who edits
/// shortens them.
/// </summary>
internal static class FunctionFixes
{
    private const string MathF = "global::System.MathF";

    /// <summary>A constant as a float: what the advice says, where a float holds it.</summary>
    public static Fix? OfConstant(IOperation constant)
    {
        if (constant.ConstantValue.Value is not double value || (float.IsInfinity((float)value) && !double.IsInfinity(value)))
        {
            return null;
        }

        var text = constant.Syntax.ToString();
        return constant.Syntax switch
        {
            _ when constant is IFieldReferenceOperation { Field: { ContainingType: { Name: "Math" }, Name: "PI" or "E" or "Tau" } field } =>
                Replace($"{MathF}.{field.Name}"),
            LiteralExpressionSyntax or PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax } =>
                Replace(text.TrimEnd('d', 'D') + "f"),

            // There are two ways: to convert it here, or to declare it as a float.
            IdentifierNameSyntax or MemberAccessExpressionSyntax => null,
            _ => Replace($"(float)({text})"),
        };
    }

    /// <summary>A conversion to double, left out.</summary>
    public static Fix? OfConversion(IConversionOperation conversion) =>
        conversion.Syntax is CastExpressionSyntax cast ? Replace(cast.Expression.ToString()) : null;

    /// <summary>A call of a function on doubles, as that on floats.</summary>
    public static Fix? OfDoubles(IInvocationOperation call)
    {
        var name = MathCalls.FloatNameOf(call.TargetMethod);
        return name is null ? OfUnknown(call)
            : new Fix(
                FixKind.ReplaceMethod, $"Write {name}",
                name.StartsWith("MathF", StringComparison.Ordinal) ? "global::System." + name : name);
    }

    /// <summary>A call of a function that is not known, by functions that are.</summary>
    public static Fix? OfUnknown(IInvocationOperation call)
    {
        var arguments = CallArguments.ByParameter(call).Select(argument => argument?.Syntax as ExpressionSyntax).ToList();
        if (arguments.Contains(null))
        {
            return null;
        }

        var x = arguments[0]!.ToString();
        return (call.TargetMethod.Name, arguments.Count) switch
        {
            ("Sinh", 1) => Replace($"0.5f * ({MathF}.Exp({x}) - {MathF}.Exp(-({x})))"),
            ("Cosh", 1) => Replace($"0.5f * ({MathF}.Exp({x}) + {MathF}.Exp(-({x})))"),
            ("Tan", 1) => Replace($"{MathF}.Sin({x}) / {MathF}.Cos({x})"),
            ("SinPi", 1) => Replace($"{MathF}.Sin({MathF}.PI * ({x}))"),
            ("CosPi", 1) => Replace($"{MathF}.Cos({MathF}.PI * ({x}))"),
            ("LogP1", 1) => Replace($"{MathF}.Log(1 + ({x}))"),
            ("ExpM1", 1) => Replace($"{MathF}.Exp({x}) - 1"),
            ("Exp10", 1) => Replace($"{MathF}.Exp(2.3025851f * ({x}))"),
            ("Log", 2) => Replace($"{MathF}.Log({x}) / {MathF}.Log({arguments[1]})"),
            ("Lerp", 3) => Replace($"{x} + ((({arguments[1]}) - ({x})) * ({arguments[2]}))"),
            ("MultiplyAddEstimate", 3) => Replace($"(({x}) * ({arguments[1]})) + ({arguments[2]})"),
            ("ClampNative", 3) => new Fix(FixKind.ReplaceMethod, "Write float.Clamp", "float.Clamp"),
            _ => null,
        };
    }

    /// <summary>A local of a type of numbers, as a float, unless a constant could stay what it is.</summary>
    public static Fix? OfLocal(IVariableDeclaratorOperation declarator, bool isConstant) =>
        !isConstant && declarator.Symbol.Type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_Double
        && declarator.Syntax.Parent is VariableDeclarationSyntax { Variables.Count: 1, Type.IsVar: false }
            ? new Fix(FixKind.ReplaceTypeOfLocal, $"Declare '{declarator.Symbol.Name}' as a float", "float")
            : null;

    /// <summary>A statement that changes nothing.</summary>
    public static Fix OfStatement() => new(FixKind.RemoveStatement, "Remove the call");

    private static Fix Replace(string text)
    {
        var shown = text.Replace("global::System.", "");
        return new Fix(FixKind.ReplaceExpression, $"Write {shown}", text);
    }
}
