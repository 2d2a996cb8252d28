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
    /// <param name="found">The declaration.</param>
    /// <param name="families">All families.</param>
    /// <param name="backends">All backends.</param>
    /// <param name="cancel">The compiler's.</param>
    public static Reading Read(
        GeneratorAttributeSyntaxContext found, FamilyRegistry families, BackendRegistry backends, CancellationToken cancel)
    {
        try
        {
            return found.TargetNode is TypeDeclarationSyntax syntax && found.TargetSymbol is INamedTypeSymbol type
                ? Read(syntax, type, found.Attributes[0], found.SemanticModel, families, backends, cancel)
                : Reading.Nothing;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(null, [Failure.Describe(found.TargetSymbol.Name, error, found.TargetNode.GetLocation())], null, []);
        }
    }

    private static Reading Read(
        TypeDeclarationSyntax syntax, INamedTypeSymbol type, AttributeData attribute, SemanticModel model, FamilyRegistry families,
        BackendRegistry backends, CancellationToken cancel)
    {
        if (families.Of(attribute) is not { } family)
        {
            return Reading.Nothing;
        }

        var compilation = model.Compilation;
        var reader = new AttributeReader(attribute, type, compilation, cancel);
        var spec = family.Read(reader);
        var choice = reader.Flags<BackendFlags>("Backends");
        var precision = reader.Member<Precision>("Precision");
        if (precision is Precision.TensorFloat32 && !choice.WantsGpu())
        {
            reader.Report(Rules.PrecisionWithoutMeaning, "Precision", precision, choice);
        }

        // The first attention attribute of a type counts. A second of the same family is the compiler's error CS0579; a second of another
        // family is ours.
        var first = type.GetAttributes().First(candidate => families.Of(candidate) is not null);
        if (!IsSame(first, attribute))
        {
            var firstFamily = families.Of(first)!;
            return firstFamily == family
                ? Reading.Nothing
                : new(null,
                    [
                        Diagnostic.Create(Rules.SecondAttribute, reader.Location, type.Name, firstFamily.ShortName, family.ShortName),
                        .. reader.Diagnostics,
                    ],
                    null,
                    []);
        }

        cancel.ThrowIfCancellationRequested();
        var declared = spec ?? family.Example;
        var wanted = backends.All.Where(backend => backend.IsWanted(choice)).ToList();
        var reachable = wanted.Where(backend =>
            backend.Library is not { } library || Visibility.Of(compilation, library.TypeName).IsReachable);
        var generated = new MemberCollisions(LayerMembers.Of(type.Name, declared, families.MembersOf(declared), programs: null, reachable));
        var faults = TypeRules.Check(syntax, type, family, generated).ToList();
        var target = TypeTargetReader.Read(type, syntax, model, backends.Aliases);
        return new(
            spec is null || precision is null || target is null || faults.Count > 0
                ? null
                : new Declaration(target, spec, choice, precision.Value),
            [.. faults, .. faults.Count > 0 ? [] : UnsetMembers.Check(type, compilation), .. reader.Diagnostics],
            reader.Location,
            [.. wanted.Select(backend => new BackendWish(backend, reader.LocationOf("Backends"), backend.IsNamed(choice)))]);
    }

    private static bool IsSame(AttributeData left, AttributeData right) =>
        left.ApplicationSyntaxReference is { } one && right.ApplicationSyntaxReference is { } other
        && one.SyntaxTree == other.SyntaxTree && one.Span == other.Span;
}
