using System.Collections.Immutable;
using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KernelGen.CodeFixes;

/// <summary>Offers in an editor what the generator says is the one way to mend a fault.</summary>
/// <remarks>Not [Shared], as such classes often are: that attribute is of a library whose version differs from editor to editor.</remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(KernelGenFixProvider))]
public sealed class KernelGenFixProvider : CodeFixProvider
{
    /// <summary>The hidden diagnostic by which the generator's analyzer brings fixes.</summary>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("KGEN090");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (Fix.From(diagnostic.Properties) is { } fix)
            {
                // Fixes of one kind belong together, whatever each writes: all doubles of a file become floats at once.
                context.RegisterCodeFix(
                    CodeAction.Create(fix.Title, cancel => ApplyAsync(context.Document, diagnostic, fix, cancel), fix.Kind.ToString()),
                    diagnostic);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task<Document> ApplyAsync(Document document, Diagnostic diagnostic, Fix fix, CancellationToken cancel)
    {
        var root = await document.GetSyntaxRootAsync(cancel).ConfigureAwait(false);
        return root is not null && Edits.Apply(root, diagnostic.Location.SourceSpan, fix) is { } edited
            ? document.WithSyntaxRoot(edited)
            : document;
    }
}
