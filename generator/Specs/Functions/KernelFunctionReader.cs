using System.Globalization;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specs.Functions;

/// <summary>A user's method `static float Phi(float x)` → <see cref="ScalarFunction"/>.</summary>
internal static class KernelFunctionReader
{
    /// <summary>The highest size of a function: past that it costs more than the attention around it.</summary>
    public const int MaxSize = 2000;

    /// <summary>
    /// The most levels of syntax in a body, and of operations in a function. Printing takes some 600 bytes of stack a level and a compiler more;
    /// threads may have 1 MB.
    /// </summary>
    public const int MaxNesting = 400;

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
        var reader = new MethodReader(compilation, faults, cancel);
        var (method, objection) = KernelFunctionFinder.Find(annotated, name, holder ?? annotated, compilation);
        var source = method is null ? null : reader.SourceOf(method);
        if (method is null || source is null)
        {
            faults.Add(
                Rules.FunctionNotUsable, attribute, $"{(holder ?? annotated).ToDisplayString()}.{name}",
                objection ?? "has no body in this project", name);
            return null;
        }

        var value = Value.Unknown;
        try
        {
            value = reader.Read(method, source, [Number.Argument]);
            if (value.Size > MaxSize)
            {
                TooLarge(value.Size > int.MaxValue / 2 ? "far more" : value.Size.ToString(CultureInfo.InvariantCulture), MaxSize);
            }
            else if (value.Depth > MaxNesting)
            {
                TooLarge(value.Depth.ToString(CultureInfo.InvariantCulture) + " nested", MaxNesting);
            }
        }
        catch (InsufficientExecutionStackException)
        {
            TooLarge("far more, or too deeply nested,", MaxSize);
        }

        return faults.Any || value is not Number number
            ? null
            : new ScalarFunction($"{method.ContainingType.ToDisplayString()}.{method.Name}", ExprSimplifier.Simplify(number.Expr));

        void TooLarge(string operations, int allowed) =>
            faults.Add(Rules.FunctionTooLarge, source.Identifier.GetLocation(), method.Name, operations, allowed);
    }
}
