using System.Collections.Immutable;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Readers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KernelGen.Generator;

/// <summary>
/// Says to editors where fixes are at hand. Editors offer fixes for what analyzers report, not for what generators do, so each diagnostic
/// of the generator that has a fix is reported once more, hidden, at the same place.
/// </summary>
/// <remarks>
/// Compilers leave out analyzers that report nothing but what is hidden: a build pays nothing for it. Files are analysed one by one, since
/// editors offer fixes only in the file that is open: a fault in another file than its attribute has none.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FixAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.FixAtHand);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSemanticModelAction(Analyze);
    }

    private static void Analyze(SemanticModelAnalysisContext context)
    {
        var model = context.SemanticModel;
        var found = model.SyntaxTree.GetRoot(context.CancellationToken).DescendantNodes()
            .OfType<TypeDeclarationSyntax>().Where(type => type.AttributeLists.Count > 0)
            .SelectMany(type => DiagnosticsOf(type, model, context.CancellationToken));

        // Two layers may name the same faulty function.
        var places = new HashSet<(Location, string)>();
        foreach (var diagnostic in found.Where(diagnostic => diagnostic.Location.SourceTree == model.SyntaxTree))
        {
            if (Fix.From(diagnostic.Properties) is { } fix && places.Add((diagnostic.Location, fix.Title)))
            {
                context.ReportDiagnostic(Diagnostic.Create(Rules.FixAtHand, diagnostic.Location, diagnostic.Properties, fix.Title));
            }
        }
    }

    /// <summary>What the generator says of a part of a type.</summary>
    private static IEnumerable<Diagnostic> DiagnosticsOf(TypeDeclarationSyntax part, SemanticModel model, CancellationToken cancel)
    {
        var families = AllFamilies.Registry;
        return model.GetDeclaredSymbol(part, cancel) is not { } type
            ? []
            : type.GetAttributes()
                .Where(attribute => attribute.ApplicationSyntaxReference is { } written && written.SyntaxTree == part.SyntaxTree
                    && part.AttributeLists.Any(list => list.Span.Contains(written.Span)))
                .GroupBy(families.Of)
                .Where(attributes => attributes.Key is not null)
                .SelectMany(attributes => DeclarationReader.Read(
                    part, type, attributes.ToImmutableArray(), model, families, AllBackends.Registry, cancel).Diagnostics);
    }
}
