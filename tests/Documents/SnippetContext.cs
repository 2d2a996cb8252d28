using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Tests.Documents;

/// <summary>
/// What the project of a reader references, and what parts of programs on a page may take for given: the files of tests/Documents/Given.
/// </summary>
/// <remarks>What is given is compiled once, as a library whose members every file sees without a name before them.</remarks>
internal sealed class SnippetContext
{
    /// <summary>What the SDK imports into each file of a project.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp13);

    private readonly Lazy<MetadataReference> _given;
    private readonly IReadOnlyList<MetadataReference> _packages;
    private readonly string _usings;

    private SnippetContext(string usings, IReadOnlyList<string> packages, params string[] givenFiles)
    {
        _usings = usings;
        _packages = [.. ProjectReferences.All, .. packages.Select(path => MetadataReference.CreateFromFile(path))];
        _given = new Lazy<MetadataReference>(() => Library([.. givenFiles.Select(Read)]));
    }

    /// <summary>By the mark of a block.</summary>
    public static IReadOnlyDictionary<string, SnippetContext> ByMark { get; } = new Dictionary<string, SnippetContext>
    {
        [""] = new("", [], "Cpu.cs"),
        ["gpu"] = new("global using ILGPU; global using ILGPU.Runtime;", [Reference("ILGPU.dll")], "Cpu.cs", "Gpu.cs"),
        ["torch"] = new(
            "global using KernelGen.TorchSharp; global using static TorchSharp.torch;",
            [Reference("KernelGen.TorchSharp.dll"), Reference("TorchSharp.dll")], "Cpu.cs", "Torch.cs"),
    };

    /// <summary>A whole program, which takes nothing for given but what the SDK does.</summary>
    public Compilation Program(SyntaxTree program, out IReadOnlyList<Diagnostic> reported) =>
        Compile([Parse(ImplicitUsings), program], _packages, OutputKind.ConsoleApplication, out reported);

    /// <summary>Parts of a program, which take <see cref="_given"/> for given.</summary>
    public Compilation Fragment(IEnumerable<SyntaxTree> parts, bool hasStatements, out IReadOnlyList<Diagnostic> reported)
    {
        var usings = ImplicitUsings + $"\nglobal using KernelGen; global using Given; global using static Given.Names; {_usings}";
        return Compile(
            [Parse(usings), .. parts], [.. _packages, _given.Value],
            hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, out reported);
    }

    public static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, Language);

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Documents", "Given", file));

    private static string Reference(string file) => Path.Combine(AppContext.BaseDirectory, "document-references", file);

    private MetadataReference Library(IReadOnlyList<string> given)
    {
        var compilation = Compile(
            [Parse($"{ImplicitUsings}\nglobal using KernelGen; {_usings}"), .. given.Select(Parse)], _packages,
            OutputKind.DynamicallyLinkedLibrary, out _);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        return result.Success
            ? MetadataReference.CreateFromImage(image.ToArray())
            : throw new InvalidOperationException($"What is given does not compile: {string.Join('\n', result.Diagnostics)}");
    }

    private static Compilation Compile(
        IEnumerable<SyntaxTree> trees, IEnumerable<MetadataReference> references, OutputKind kind, out IReadOnlyList<Diagnostic> reported)
    {
        var compilation = CSharpCompilation.Create(
            "Snippet", trees, references,
            new CSharpCompilationOptions(
                kind, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create([new KernelGenerator().AsSourceGenerator()], parseOptions: Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        reported = [.. diagnostics, .. output.GetDiagnostics()];
        return output;
    }
}
