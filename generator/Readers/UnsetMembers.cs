using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Readers;

/// <summary>
/// Members that generated constructors leave null although their type excludes it. The compiler says so too (CS8618), but inside those
/// constructors, where nobody can mend it; so emitted text silences the compiler, and this says it at the member.
/// </summary>
internal static class UnsetMembers
{
    private const string CompilerRule = "CS8618";

    /// <summary>A warning for each such member, unless the project silences that of the compiler.</summary>
    public static IEnumerable<Diagnostic> Check(INamedTypeSymbol type, Compilation compilation) =>
        compilation.Options.SpecificDiagnosticOptions.TryGetValue(CompilerRule, out var severity) && severity == ReportDiagnostic.Suppress
            ? []
            : type.GetMembers()
                .Where(IsLeftNull)
                .Select(member => Diagnostic.Create(Rules.MemberUnset, member.Locations.First(), member.Name));

    private static bool IsLeftNull(ISymbol member) => member switch
    {
        { IsStatic: true } or { IsAbstract: true } => false,
        IFieldSymbol { IsConst: false, IsRequired: false, AssociatedSymbol: null } field =>
            ExcludesNull(field.Type, field.NullableAnnotation) && !IsExcused(field),
        IPropertySymbol { IsRequired: false } property when IsStored(property) =>
            ExcludesNull(property.Type, property.NullableAnnotation) && !IsExcused(property),
        IEventSymbol @event when @event.DeclaringSyntaxReferences.Any(part => part.GetSyntax() is VariableDeclaratorSyntax) =>
            ExcludesNull(@event.Type, @event.NullableAnnotation) && !IsExcused(@event),
        _ => false,
    };

    private static bool ExcludesNull(ITypeSymbol type, NullableAnnotation annotation) =>
        annotation == NullableAnnotation.NotAnnotated && !type.IsValueType && type.TypeKind != TypeKind.Error;

    /// <summary>
    /// Whether a property keeps its value in a field that it returns as it is. A getter with a body may make the value when it is first
    /// asked for.
    /// </summary>
    private static bool IsStored(IPropertySymbol property) =>
        property.ContainingType.GetMembers()
            .OfType<IFieldSymbol>()
            .Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property))
        && property.GetMethod?.DeclaringSyntaxReferences.Any(
            part => part.GetSyntax() is AccessorDeclarationSyntax { Body: null, ExpressionBody: null }) == true;

    /// <summary>Whether the member has an initialiser, or an attribute by which its author expects null.</summary>
    private static bool IsExcused(ISymbol member) =>
        member.DeclaringSyntaxReferences.Any(part => part.GetSyntax()
            is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null })
        || member.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString()
            is "System.Diagnostics.CodeAnalysis.AllowNullAttribute" or "System.Diagnostics.CodeAnalysis.MaybeNullAttribute");
}
