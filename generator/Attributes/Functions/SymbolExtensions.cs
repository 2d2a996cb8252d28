using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Questions about symbols.</summary>
internal static class SymbolExtensions
{
    /// <summary>Whether the declaration is the user's to change: in source, not in an assembly.</summary>
    public static bool IsInSource(this ISymbol symbol) => symbol.OriginalDefinition.Locations.Any(location => location.IsInSource);
}
