using KernelGen.Generator.Declarations;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Readers;

/// <summary>Symbols → <see cref="TypeTarget"/>.</summary>
internal static class TypeTargetReader
{
    /// <summary>Null where a name is still missing, as while it is being typed.</summary>
    /// <param name="aliases">The names that emitted text relies on.</param>
    public static TypeTarget? Read(INamedTypeSymbol type, TypeDeclarationSyntax syntax, SemanticModel model, IEnumerable<string> aliases)
    {
        var containing = new List<INamedTypeSymbol>();
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containing.Insert(0, outer);
        }

        var space = NamespaceOf(type);
        if (space is null || type.Name.Length == 0 || containing.Any(outer => outer.Name.Length == 0))
        {
            return null;
        }

        var parts = containing.Append(type).Select(part => part.Arity == 0 ? part.Name : $"{part.Name}-{part.Arity}");
        return new TypeTarget(
            Identifiers.EscapeNamespace(space),
            containing.Select(HeaderOf).ToEquatableArray(),
            HeaderOf(type),
            Identifiers.Escape(type.Name),
            FileName.Of(string.Join(".", space.Length == 0 ? parts : parts.Prepend(space))),
            HasBase: type.BaseType is { SpecialType: not SpecialType.System_Object },
            Aliases.Rename(aliases, name => NamesInScope.Has(name, type, syntax, model)));
    }

    private static string? NamespaceOf(INamedTypeSymbol type)
    {
        var parts = new List<string>();
        for (var space = type.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
        {
            parts.Insert(0, space.Name);
        }

        return parts.Any(part => part.Length == 0) ? null : string.Join(".", parts);
    }

    private static TypeHeader HeaderOf(INamedTypeSymbol type)
    {
        var keyword = type switch
        {
            { IsRecord: true, TypeKind: TypeKind.Struct } => "record struct",
            { IsRecord: true } => "record",
            { TypeKind: TypeKind.Struct } => "struct",
            { TypeKind: TypeKind.Interface } => "interface",
            _ => "class",
        };
        var parameters = type.TypeParameters.Select(parameter => Identifiers.Escape(parameter.Name));
        return new TypeHeader(keyword, Identifiers.Escape(type.Name) + (type.Arity == 0 ? "" : $"<{string.Join(", ", parameters)}>"));
    }
}
