using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Tests.Harness;

/// <summary>The source of the generator itself, for tests of how it is written.</summary>
internal static class GeneratorSource
{
    private static readonly Lazy<CSharpCompilation> Read = new(() =>
    {
        var folder = Path.Combine(Repository.Root, "generator");
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin" or "CodeFixes"));
        return CSharpCompilation.Create(
            "KernelGen.Generator",
            [
                .. files.Select(file => CSharpSyntaxTree.ParseText(
                    File.ReadAllText(file), new CSharpParseOptions(LanguageVersion.Preview), Path.GetRelativePath(folder, file))),
                .. Directory.GetFiles(Path.Combine(Repository.Root, "runtime", "Formulas"), "*.cs")
                    .Select(file => CSharpSyntaxTree.ParseText(
                        File.ReadAllText(file), new CSharpParseOptions(LanguageVersion.Preview), "Formulas/" + Path.GetFileName(file))),
                CSharpSyntaxTree.ParseText(
                    "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading;",
                    new CSharpParseOptions(LanguageVersion.Preview), "Usings.cs"),
            ],
            [.. ProjectReferences.Framework, .. RoslynReferences()]);
    });

    /// <summary>
    /// Its files against this framework. What only older ones have to be told (the polyfills) is there twice; nothing here asks for that.
    /// </summary>
    public static CSharpCompilation Compilation => Read.Value;

    private static IEnumerable<MetadataReference> RoslynReferences() =>
        new[] { typeof(SyntaxNode), typeof(CSharpSyntaxTree) }.Select(type => MetadataReference.CreateFromFile(type.Assembly.Location));
}
