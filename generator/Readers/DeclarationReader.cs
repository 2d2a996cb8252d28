using System.Collections.Immutable;
using KernelGen.Generator.Attributes;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Readers;

/// <summary>An annotated declaration → <see cref="Reading"/>. Never throws, whatever half-typed code looks like.</summary>
internal static class DeclarationReader
{
    /// <param name="node">The declaration: a part of the type.</param>
    /// <param name="symbol">The type.</param>
    /// <param name="attributes">The attributes of one family that this part has, in their order.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="families">All families.</param>
    /// <param name="backends">All backends.</param>
    /// <param name="cancel">The compiler's.</param>
    public static Reading Read(
        SyntaxNode node, ISymbol symbol, ImmutableArray<AttributeData> attributes, SemanticModel model, FamilyRegistry families,
        BackendRegistry backends, CancellationToken cancel)
    {
        try
        {
            return node is TypeDeclarationSyntax syntax && symbol is INamedTypeSymbol type && !attributes.IsEmpty
                ? Read(syntax, type, attributes, model, families, backends, cancel)
                : Reading.Nothing;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(null, [Failure.Describe(symbol.Name, error, node.GetLocation())], null, []);
        }
    }

    private static Reading Read(
        TypeDeclarationSyntax syntax, INamedTypeSymbol type, ImmutableArray<AttributeData> attributes, SemanticModel model,
        FamilyRegistry families, BackendRegistry backends, CancellationToken cancel)
    {
        var attribute = attributes[0];
        if (families.Of(attribute) is not { } family)
        {
            return Reading.Nothing;
        }

        var compilation = model.Compilation;
        var reader = new AttributeReader(attribute, type, compilation, cancel);
        var form = reader.Syntax is { } written && attribute.AttributeClass is { } declared
            ? ArgumentRules.Check(written, declared, family.ShortName, model, cancel).ToList()
            : [];
        var spec = family.Read(reader);
        var choice = reader.Flags<BackendFlags>("Backends");
        var precision = reader.Member<Precision>("Precision");
        if (precision is Precision.TensorFloat32 && !choice.WantsGpu())
        {
            reader.Report(Rules.PrecisionWithoutMeaning, "Precision", precision, choice);
        }

        // The first attention attribute of a type counts.
        var first = type.GetAttributes().First(candidate => families.Of(candidate) is not null);
        if (!IsSame(first, attribute))
        {
            var firstFamily = families.Of(first)!;
            return new(
                null,
                firstFamily == family
                    ? [.. attributes.Select(same => Second(same, first, type, family))]
                    :
                    [
                        Diagnostic.Create(Rules.SecondAttribute, reader.Location, type.Name, firstFamily.ShortName, family.ShortName),
                        .. reader.Diagnostics, .. form,
                    ],
                null,
                []);
        }

        cancel.ThrowIfCancellationRequested();
        var example = spec ?? family.Example;
        var wanted = backends.All.Where(backend => backend.IsWanted(choice)).ToList();
        var reachable = wanted.Where(backend =>
            backend.Library is not { } library || Visibility.Of(compilation, library.TypeName).IsReachable);
        var generated = new MemberCollisions(LayerMembers.Of(type.Name, example, families.MembersOf(example), programs: null, reachable));
        var faults = TypeRules.Check(syntax, type, family, generated).ToList();
        var target = TypeTargetReader.Read(type, syntax, model, backends.Aliases);
        return new(
            spec is null || precision is null || target is null || faults.Count > 0
                ? null
                : new Declaration(target, spec, choice, precision.Value),
            [
                .. faults, .. faults.Count > 0 ? [] : UnsetMembers.Check(type, compilation), .. reader.Diagnostics, .. form,
                .. attributes.Skip(1).Select(same => Second(same, first, type, family)),
            ],
            reader.Location,
            [.. wanted.Select(backend => new BackendWish(backend, reader.LocationOf("Backends"), backend.IsNamed(choice)))]);
    }

    /// <summary>A second attribute of the same family.</summary>
    private static Diagnostic Second(AttributeData second, AttributeData first, INamedTypeSymbol type, Family family)
    {
        var (one, other) = (first.ApplicationSyntaxReference?.GetSyntax(), second.ApplicationSyntaxReference?.GetSyntax());
        var place = one?.GetLocation().GetLineSpan();
        var isElsewhere = one?.FirstAncestorOrSelf<TypeDeclarationSyntax>() != other?.FirstAncestorOrSelf<TypeDeclarationSyntax>();
        var elsewhere = place is { } at && isElsewhere
            ? FormattableString.Invariant(
                $", on its part in {at.Path.Substring(at.Path.LastIndexOfAny(['/', '\\']) + 1)}, line {at.StartLinePosition.Line + 1}")
            : "";
        return Diagnostic.Create(
            Rules.SameAttribute, other?.GetLocation(), new Fix(FixKind.RemoveAttribute, $"Remove this [{family.ShortName}]").ToProperties(),
            type.Name, family.ShortName, elsewhere);
    }

    private static bool IsSame(AttributeData left, AttributeData right) =>
        left.ApplicationSyntaxReference is { } one && right.ApplicationSyntaxReference is { } other
        && one.SyntaxTree == other.SyntaxTree && one.Span == other.Span;
}
