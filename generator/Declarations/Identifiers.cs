using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Generator.Declarations;

/// <summary>Spells names so that they may stand in source text.</summary>
internal static class Identifiers
{
    /// <summary>
    /// The name with @ where it is a keyword anywhere. Contextual keywords are included, because a type called `record` or `field` can only
    /// be named that way in a newer language version than the compiler that this generator was built on knows; and names that an alias of
    /// emitted text may have.
    /// </summary>
    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None
        || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None
        || name.StartsWith("_", StringComparison.Ordinal)
        || name is "field" or "extension" or "allows" or "union"
            ? "@" + name
            : name;

    /// <summary>A namespace with @ before its reserved parts and those that may be an alias's.</summary>
    public static string EscapeNamespace(string name) => string.Join(".", name.Split('.').Select(part =>
        SyntaxFacts.GetKeywordKind(part) != SyntaxKind.None || part.StartsWith("_", StringComparison.Ordinal) ? "@" + part : part));
}
