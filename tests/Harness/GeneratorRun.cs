using System.Text;
using KernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Tests.Harness;

/// <summary>Runs of the generator whose driver, and so whose caches, live on from one edit to the next.</summary>
internal sealed class GeneratorRun
{
    private static readonly GeneratorDriverOptions Tracked = new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true);

    private readonly CSharpParseOptions _options;
    private GeneratorDriver _driver;

    public GeneratorRun(LanguageVersion language, params string[] sources)
        : this(new KernelGenerator(), language, sources)
    {
    }

    /// <param name="generator">With other families than users have.</param>
    /// <param name="language">The version of C#.</param>
    /// <param name="sources">The user's files.</param>
    public GeneratorRun(KernelGenerator generator, LanguageVersion language, params string[] sources)
    {
        _options = new CSharpParseOptions(language, DocumentationMode.Diagnose);
        _driver = CSharpGeneratorDriver.Create(
            [generator.AsSourceGenerator()], parseOptions: _options, driverOptions: Tracked);
        Compilation = CSharpCompilation.Create(
            "TestProject",
            sources.Select(Parse),
            ProjectReferences.All,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Default,
                optimizationLevel: OptimizationLevel.Release,
                warningLevel: 9999, // All warnings of this compiler and of those to come.
                checkOverflow: true));
        Run();
    }

    public GeneratorRun(params string[] sources)
        : this(LanguageVersion.Preview, sources)
    {
    }

    /// <summary>The user's compilation, without generated files.</summary>
    public CSharpCompilation Compilation { get; private set; }

    /// <summary>The compilation with generated files.</summary>
    public Compilation Output { get; private set; } = null!;

    /// <summary>What the generator did.</summary>
    public GeneratorRunResult Result { get; private set; }

    /// <summary>The emitted files by hint name.</summary>
    public IReadOnlyDictionary<string, string> Files =>
        Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    /// <summary>The generator's diagnostics as the compiler would show them: after pragmas and .editorconfig.</summary>
    public IReadOnlyList<Diagnostic> Reported { get; private set; } = [];

    /// <summary>Everything of warning severity and above that the compiler says about the user's code with the generated code.</summary>
    public IEnumerable<Diagnostic> Warnings =>
        Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    /// <summary>Runs again over unchanged or edited sources.</summary>
    public GeneratorRun Run()
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(Compilation, out var output, out var reported);
        Output = output;
        Reported = reported;
        Result = _driver.GetRunResult().Results.Single();
        return this;
    }

    /// <summary>Replaces one source file and runs again.</summary>
    public GeneratorRun Edit(int index, Func<string, string> change)
    {
        var tree = Compilation.SyntaxTrees[index];
        Compilation = Compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(change(tree.ToString()), Encoding.UTF8)));
        return Run();
    }

    /// <summary>Adds a source file and runs again.</summary>
    public GeneratorRun Add(string source)
    {
        Compilation = Compilation.AddSyntaxTrees(Parse(source, Compilation.SyntaxTrees.Length));
        return Run();
    }

    /// <summary>References something more and runs again.</summary>
    public GeneratorRun Reference(MetadataReference reference)
    {
        Compilation = Compilation.AddReferences(reference);
        return Run();
    }

    /// <summary>Puts an .editorconfig beside the sources and runs again.</summary>
    public GeneratorRun Configure(string editorconfig)
    {
        var severities = new ConfiguredSeverities([("/0/.editorconfig", editorconfig)]);
        Compilation = Compilation.WithOptions(Compilation.Options.WithSyntaxTreeOptionsProvider(severities));
        return Run();
    }

    /// <summary>Turns a diagnostic off for the project, as NoWarn does, and runs again.</summary>
    public GeneratorRun Suppress(string id)
    {
        var options = Compilation.Options;
        Compilation = Compilation.WithOptions(
            options.WithSpecificDiagnosticOptions(options.SpecificDiagnosticOptions.SetItem(id, ReportDiagnostic.Suppress)));
        return Run();
    }

    private SyntaxTree Parse(string source, int index) =>
        CSharpSyntaxTree.ParseText(SourceText.From(source, Encoding.UTF8), _options, $"/0/Test{index}.cs");
}
