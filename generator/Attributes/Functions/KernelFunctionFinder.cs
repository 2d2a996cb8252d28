using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Finds the method that an attribute names.</summary>
internal static class KernelFunctionFinder
{
    /// <summary>The method, or what is wrong with what has the name.</summary>
    public static (IMethodSymbol? Method, string? Objection) Find(
        INamedTypeSymbol annotated, string name, INamedTypeSymbol holder, Compilation compilation)
    {
        if (holder.IsUnboundGenericType)
        {
            return (null, "belongs to a generic type without type arguments");
        }

        // As in C#, a name hides those of base classes.
        var members = Bases(holder).Select(type => type.GetMembers(name)).FirstOrDefault(found => !found.IsEmpty);
        if (members.IsDefault)
        {
            return (null, "does not exist");
        }

        var methods = members.OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary).ToList();
        if (methods.Count == 0)
        {
            return (null, "is not a method");
        }

        var usable = methods.FirstOrDefault(method => ObjectionTo(method) is null);
        if (usable is null)
        {
            return (null, methods.Count > 1 ? $"has {methods.Count} overloads, but not this one" : ObjectionTo(methods[0]));
        }

        return compilation.IsSymbolAccessibleWithin(usable, annotated)
            ? (usable, null)
            : (null, $"is not accessible from '{annotated.Name}'");
    }

    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static string? ObjectionTo(IMethodSymbol method) => method switch
    {
        { IsStatic: false } => "is not static",
        { Arity: > 0 } => "is generic",
        { Parameters: not [{ Type.SpecialType: SpecialType.System_Single }] } =>
            $"takes ({string.Join(", ", method.Parameters.Select(parameter => parameter.Type.ToDisplayString()))})",
        { Parameters: [var parameter] } when !MethodReader.IsRead(parameter) => "takes its argument by reference",
        { ReturnType.SpecialType: not SpecialType.System_Single } => $"returns {method.ReturnType.ToDisplayString()}",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "returns by reference",
        { IsVirtual: true } or { IsAbstract: true } => "is virtual",
        _ => null,
    };
}
