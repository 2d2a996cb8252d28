using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Readers;

/// <summary>What names already mean where another file reopens a type.</summary>
internal static class NamesInScope
{
    /// <summary>
    /// Whether a simple name finds something in the type, its bases or its parameters, in what contains it, or among global usings. What
    /// only the user's own file imports is found too, and does not matter.
    /// </summary>
    public static bool Has(string name, INamedTypeSymbol type, TypeDeclarationSyntax syntax, SemanticModel model)
    {
        for (var own = type; own is not null; own = own.BaseType)
        {
            if (!own.GetMembers(name).IsEmpty)
            {
                return true;
            }
        }

        return type.TypeParameters.Any(parameter => parameter.Name == name)
            || !model.LookupSymbols(syntax.Identifier.SpanStart, name: name).IsEmpty;
    }
}
