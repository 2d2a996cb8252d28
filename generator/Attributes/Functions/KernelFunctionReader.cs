using System.Globalization;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>A user's method `static float Phi(float x)` → <see cref="ScalarFunction"/>.</summary>
internal static class KernelFunctionReader
{
    /// <summary>Null where the method is not found or cannot be read; why is reported, unless the compiler says so itself.</summary>
    /// <param name="annotated">The type that carries the attribute.</param>
    /// <param name="name">The method.</param>
    /// <param name="holder">The type that has the method; the annotated one where null.</param>
    /// <param name="compilation">The compilation of both.</param>
    /// <param name="attribute">Where to report that there is no such method.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="cancel">Stops reading.</param>
    public static ScalarFunction? Read(
        INamedTypeSymbol annotated, string name, INamedTypeSymbol? holder, Compilation compilation, Location attribute,
        Action<Diagnostic> report, CancellationToken cancel)
    {
        var faults = new FunctionFaults(report);
        var (method, objection) = MethodFinder.Find(annotated, name, holder ?? annotated, compilation, ObjectionTo);
        return Read(
            method, compilation, faults, cancel, [Number.Argument],
            () => faults.Add(
                Rules.FunctionNotUsable, attribute, $"{(holder ?? annotated).ToDisplayString()}.{name}",
                objection ?? "has no body in this project", name));
    }

    /// <summary>The function of a method that was found.</summary>
    /// <param name="method">The method; null: there is none.</param>
    /// <param name="compilation">The compilation that has its body.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="cancel">Stops reading.</param>
    /// <param name="arguments">Of its parameters.</param>
    /// <param name="reportMissing">Says that there is no method with a body.</param>
    public static ScalarFunction? Read(
        IMethodSymbol? method, Compilation compilation, FunctionFaults faults, CancellationToken cancel, IReadOnlyList<Value> arguments,
        Action reportMissing)
    {
        var reader = new MethodReader(compilation, faults, cancel);
        var source = method is null ? null : reader.SourceOf(method);
        if (method is null || source is null)
        {
            reportMissing();
            return null;
        }

        var value = Value.Unknown;
        try
        {
            value = reader.Read(method, source, arguments);
            if (value.Size > ScalarFunction.MaxSize)
            {
                TooLarge(
                    value.Size > int.MaxValue / 2 ? "far more" : value.Size.ToString(CultureInfo.InvariantCulture), ScalarFunction.MaxSize);
            }
            else if (value.Depth > ScalarFunction.MaxNesting)
            {
                TooLarge(value.Depth.ToString(CultureInfo.InvariantCulture) + " nested", ScalarFunction.MaxNesting);
            }
        }
        catch (InsufficientExecutionStackException)
        {
            TooLarge("far more, or too deeply nested,", ScalarFunction.MaxSize);
        }

        return faults.Any || value is not Number number
            ? null
            : new ScalarFunction($"{method.ContainingType.ToDisplayString()}.{method.Name}", ExprSimplifier.Simplify(number.Expr));

        void TooLarge(string operations, int allowed) =>
            faults.Add(Rules.FunctionTooLarge, source.Identifier.GetLocation(), method.Name, operations, allowed);
    }

    private static string? ObjectionTo(IMethodSymbol method) => method switch
    {
        { Parameters: not [{ Type.SpecialType: SpecialType.System_Single }] } =>
            $"takes ({string.Join(", ", method.Parameters.Select(parameter => parameter.Type.ToDisplayString()))})",
        { Parameters: [var parameter] } when !MethodReader.IsRead(parameter) => "takes its argument by reference",
        { ReturnType.SpecialType: not SpecialType.System_Single } => $"returns {method.ReturnType.ToDisplayString()}",
        _ => null,
    };
}
