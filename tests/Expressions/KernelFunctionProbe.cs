using KernelGen.Generator.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Tests.Expressions;

/// <summary>A generator that only reads kernel functions: it reports their faults and emits each as a comment.</summary>
public sealed class KernelFunctionProbe : IIncrementalGenerator
{
    public const string Step = "Function";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var readings = context.SyntaxProvider.ForAttributeWithMetadataName(
            "KernelGen.FavorAttentionAttribute",
            (node, _) => node is TypeDeclarationSyntax,
            (found, cancel) =>
            {
                var reader = new AttributeReader(
                    found.Attributes[0], (INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation, cancel);
                return (Function: reader.KernelFunction("KernelFunctionName", "KernelFunctionType", instead: "Kernel"), reader.Diagnostics, reader.Failed);
            });
        context.RegisterSourceOutput(readings, (output, reading) =>
        {
            foreach (var diagnostic in reading.Diagnostics)
            {
                output.ReportDiagnostic(diagnostic);
            }
        });
        var functions = readings
            .Where(reading => !reading.Failed && reading.Function is not null)
            .Select((reading, _) => reading.Function!)
            .WithTrackingName(Step);
        context.RegisterSourceOutput(functions, (output, function) =>
            output.AddSource(function.Name.Replace('<', '-').Replace('>', '-') + ".g.cs", $"// {function.Body}"));
    }
}
