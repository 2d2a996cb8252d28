using System.Collections.Immutable;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Readers;

/// <summary>What the annotated type must be so that a second part with constructors and members can be written.</summary>
internal static class TypeRules
{
    /// <summary>All faults of the type, each where the user mends it.</summary>
    public static IEnumerable<Diagnostic> Check(
        TypeDeclarationSyntax syntax, INamedTypeSymbol type, Family family, MemberCollisions generated) =>
        CheckPartial(syntax, type, family)
            .Concat(CheckKind(syntax, type, family))
            .Concat(CheckMembers(syntax, type, family, generated))
            .Concat(CheckConstructors(syntax, type));

    private static IEnumerable<Diagnostic> CheckPartial(TypeDeclarationSyntax syntax, INamedTypeSymbol type, Family family)
    {
        if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            yield return Diagnostic.Create(
                Rules.TypeNotPartial, syntax.Identifier.GetLocation(), MakePartial(type.Name), type.Name, family.ShortName);
        }

        foreach (var outer in syntax.Ancestors().OfType<TypeDeclarationSyntax>())
        {
            if (!outer.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                yield return Diagnostic.Create(
                    Rules.ContainingTypeNotPartial, outer.Identifier.GetLocation(), MakePartial(outer.Identifier.ValueText),
                    outer.Identifier.ValueText, type.Name, family.ShortName);
            }
        }
    }

    private static ImmutableDictionary<string, string?> MakePartial(string name) =>
        new Fix(FixKind.MakePartial, $"Make '{name}' partial").ToProperties();

    private static IEnumerable<Diagnostic> CheckKind(TypeDeclarationSyntax syntax, INamedTypeSymbol type, Family family)
    {
        var kind = type switch
        {
            { TypeKind: TypeKind.Interface } => "an interface",
            { TypeKind: TypeKind.Struct, IsRecord: true } => "a record struct",
            { TypeKind: TypeKind.Struct } => "a struct",
            { IsStatic: true } => "static",
            { IsAbstract: true } => "abstract",
            _ => null,
        };
        if (kind is not null)
        {
            yield return Diagnostic.Create(Rules.WrongKindOfType, syntax.Identifier.GetLocation(), type.Name, kind, family.ShortName);
        }

        // No other file can add a part to a file-local type, or to one inside it.
        var outermost = type;
        while (outermost.ContainingType is { } outer)
        {
            outermost = outer;
        }

        if (outermost.IsFileLocal)
        {
            var isItself = SymbolEqualityComparer.Default.Equals(outermost, type);
            var text = isItself ? "file-local" : $"inside the file-local type '{outermost.Name}'";
            yield return Diagnostic.Create(Rules.WrongKindOfType, syntax.Identifier.GetLocation(), type.Name, text, family.ShortName);
        }
    }

    private static IEnumerable<Diagnostic> CheckMembers(
        TypeDeclarationSyntax syntax, INamedTypeSymbol type, Family family, MemberCollisions generated)
    {
        var names = string.Join(", ", generated.Names);
        foreach (var member in type.GetMembers())
        {
            // Accessors and backing fields go with their property; a primary constructor has a rule of its own.
            if (member.IsImplicitlyDeclared || member is IMethodSymbol { AssociatedSymbol: not null } || IsPrimaryConstructor(member))
            {
                continue;
            }

            if (generated.CollisionOf(member) is { } collision)
            {
                var location = member.Locations.FirstOrDefault(place => place.IsInSource) ?? syntax.Identifier.GetLocation();
                yield return Diagnostic.Create(Rules.MemberCollides, location, member.Name, collision, family.ShortName, names);
            }
        }

        // A generated member cannot override, and hides what has to be overridden.
        foreach (var member in AbstractMembers(type))
        {
            if (generated.CollisionOf(member) is { } collision)
            {
                yield return Diagnostic.Create(
                    Rules.MemberCollides, syntax.Identifier.GetLocation(),
                    $"{member.ContainingType.Name}.{member.Name}", collision, family.ShortName, names);
            }
        }

        // C# forbids a member with the name of its own type or of a type parameter.
        foreach (var symbol in type.TypeParameters.Cast<ISymbol>().Prepend(type))
        {
            if (generated.Take(symbol.Name))
            {
                yield return Diagnostic.Create(
                    Rules.MemberCollides, symbol.Locations.FirstOrDefault() ?? syntax.Identifier.GetLocation(),
                    symbol.Name, "member " + symbol.Name, family.ShortName, names);
            }
        }
    }

    private static IEnumerable<Diagnostic> CheckConstructors(TypeDeclarationSyntax syntax, INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class)
        {
            yield break;
        }

        if (type.InstanceConstructors.Any(IsPrimaryConstructor))
        {
            yield return Diagnostic.Create(
                Rules.ConstructorImpossible, syntax.Identifier.GetLocation(), type.Name,
                "the type has a primary constructor, which every other constructor must call");
        }

        if (type.BaseType is { TypeKind: TypeKind.Class } parent)
        {
            var called = parent.InstanceConstructors.Where(IsCallableWithoutArguments)
                .OrderBy(constructor => constructor.Parameters.Length).FirstOrDefault();
            if (Objection(called) is { } objection)
            {
                yield return Diagnostic.Create(
                    Rules.ConstructorImpossible, syntax.Identifier.GetLocation(), type.Name, $"its base class '{parent.Name}' {objection}");
            }
        }

        bool IsCallableWithoutArguments(IMethodSymbol constructor) =>
            constructor.Parameters.All(parameter => parameter.IsOptional || parameter.IsParams)
            && constructor.DeclaredAccessibility switch
            {
                Accessibility.Private => SymbolEqualityComparer.Default.Equals(constructor.ContainingType, type.ContainingType),
                Accessibility.Internal or Accessibility.ProtectedAndInternal =>
                    SymbolEqualityComparer.Default.Equals(constructor.ContainingAssembly, type.ContainingAssembly),
                _ => true,
            };
    }

    /// <summary>What makes every call of a base constructor from generated text an error, or null.</summary>
    private static string? Objection(IMethodSymbol? called)
    {
        var marks = called?.GetAttributes()
            .Select(mark => (Name: mark.AttributeClass?.ToDisplayString(), Arguments: mark.ConstructorArguments)).ToList()
            ?? [];
        return called is null ? "has no accessible constructor without parameters"
            : marks.Any(mark => mark.Name == "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute")
                ? "has a constructor with [SetsRequiredMembers], which generated constructors cannot promise"
            : marks.Any(mark => mark.Name == "System.ObsoleteAttribute" && mark.Arguments is [_, { Value: true }])
                ? "has an obsolete constructor that must not be called"
            : null;
    }

    /// <summary>Abstract members of the base classes that none of these, nor the type itself, overrides.</summary>
    private static IEnumerable<ISymbol> AbstractMembers(INamedTypeSymbol type)
    {
        var overridden = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        for (var current = type; current is not null; current = current.BaseType)
        {
            foreach (var member in current.GetMembers())
            {
                ISymbol? original = member switch
                {
                    IMethodSymbol method => method.OverriddenMethod,
                    IPropertySymbol property => property.OverriddenProperty,
                    IEventSymbol @event => @event.OverriddenEvent,
                    _ => null,
                };
                if (original is not null)
                {
                    overridden.Add(original);
                }

                if (member.IsAbstract && member is not IMethodSymbol { AssociatedSymbol: not null } && !overridden.Contains(member)
                    && !SymbolEqualityComparer.Default.Equals(current, type))
                {
                    yield return member;
                }
            }
        }
    }

    private static bool IsPrimaryConstructor(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor }
        && member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is TypeDeclarationSyntax);
}
