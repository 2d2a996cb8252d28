using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// A user's method `static float Bend(float score, int query, int key)` → <see cref="ScalarFunction"/> of the score, with positions in it.
/// </summary>
internal static class ScoreReader
{
    /// <summary>Null where the method is not found or cannot be read; why is reported, unless the compiler says so itself.</summary>
    /// <param name="annotated">The type that carries the attribute, and has the method.</param>
    /// <param name="name">The method.</param>
    /// <param name="compilation">The compilation of both.</param>
    /// <param name="attribute">Where to report that there is no such method.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="cancel">Stops reading.</param>
    public static ScalarFunction? Read(
        INamedTypeSymbol annotated, string name, Compilation compilation, Location attribute, Action<Diagnostic> report,
        CancellationToken cancel)
    {
        var faults = new FunctionFaults(report, Rules.ScoreConstruct);
        var (method, objection) = MethodFinder.Find(annotated, name, annotated, compilation, ObjectionTo);
        try
        {
            return KernelFunctionReader.Read(
                method, compilation, faults, cancel, [.. method?.Parameters.Select(ValueOf) ?? []],
                () => faults.Add(
                    Rules.ScoreNotUsable, attribute, $"{annotated.ToDisplayString()}.{name}", objection ?? "has no body in this project",
                    name));
        }
        catch (OverflowException)
        {
            // Not even 64 bits hold the whole numbers of positions.
            faults.Add(Rules.NumbersTooLarge, attribute, "Score", NumberLimits.FewestPositions, 0);
            return null;
        }
    }

    private static Value ValueOf(IParameterSymbol parameter) => PositionParameters.NumberOf(parameter) is { } number
        ? new Whole(new MaskValue.Whole(number))
        : Number.Argument;

    private static string? ObjectionTo(IMethodSymbol method) => method switch
    {
        { ReturnType.SpecialType: not SpecialType.System_Single } => $"returns {method.ReturnType.ToDisplayString()}",
        _ => method.Parameters.Select(ObjectionTo).FirstOrDefault(objection => objection is not null),
    };

    private static string? ObjectionTo(IParameterSymbol parameter) =>
        parameter.Name != "score" || PositionParameters.IsPerToken(parameter)
            ? PositionParameters.ObjectionTo(parameter, "float score, int query, int key, int head, int keys")
        : parameter.Type.SpecialType != SpecialType.System_Single ? $"takes 'score' as {parameter.Type.ToDisplayString()}"
        : MethodReader.IsRead(parameter) ? null
        : "takes 'score' by reference";
}
