using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes;

/// <summary>Finds the method that an attribute names.</summary>
internal static class MethodFinder
{
    /// <summary>The method, or what is wrong with what has the name.</summary>
    /// <param name="annotated">The type that carries the attribute.</param>
    /// <param name="name">The method.</param>
    /// <param name="holder">The type that has it.</param>
    /// <param name="compilation">The compilation of both.</param>
    /// <param name="objectionTo">What is wrong with the parameters and the result of a static method; null: nothing.</param>
    public static (IMethodSymbol? Method, string? Objection) Find(
        INamedTypeSymbol annotated, string name, INamedTypeSymbol holder, Compilation compilation,
        Func<IMethodSymbol, string?> objectionTo)
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

        string? ObjectionTo(IMethodSymbol method) => OfAnyKind(method) ?? objectionTo(method);
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

    private static string? OfAnyKind(IMethodSymbol method) => method switch
    {
        { IsStatic: false } => "is not static",
        { Arity: > 0 } => "is generic",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "returns by reference",
        { IsVirtual: true } or { IsAbstract: true } => "is virtual",
        _ => null,
    };
}
