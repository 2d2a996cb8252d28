using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace KernelGen.Tests.Harness.Testing;

/// <summary>
/// Runs a generator over sources and checks three things: the diagnostics, at exact spans; the generated files, where the test lists them;
/// and that the result compiles.
/// </summary>
public class CSharpSourceGeneratorTest<TSourceGenerator>
    where TSourceGenerator : IIncrementalGenerator, new()
{
    /// <summary>Inputs and expectations.</summary>
    public SolutionState TestState { get; } = new();

    /// <summary>Adds the one source of a test that has one.</summary>
    public string TestCode
    {
        set => TestState.Sources.Add(value);
    }

    /// <summary>What is left unchecked.</summary>
    public TestBehaviors TestBehaviors { get; set; }

    /// <summary>Which diagnostics of the compiler itself fail a test.</summary>
    public CompilerDiagnostics CompilerDiagnostics { get; set; } = CompilerDiagnostics.Errors;

    public Task RunAsync(CancellationToken cancellationToken = default)
    {
        var (compilation, expected) = CreateCompilation();
        var driver = CSharpGeneratorDriver.Create(
            [new TSourceGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)CreateParseOptions());
        var run = driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out var reported, cancellationToken).GetRunResult();

        Assert.All(run.Results, result => Assert.Null(result.Exception));
        CheckDiagnostics(expected, reported);
        if (!TestBehaviors.HasFlag(TestBehaviors.SkipGeneratedSourcesCheck))
        {
            CheckSources(run.Results.SelectMany(result => result.GeneratedSources));
        }

        CheckCompiler(output.GetDiagnostics(cancellationToken));
        return Task.CompletedTask;
    }

    protected virtual ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Diagnose);

    protected virtual CompilationOptions CreateCompilationOptions() =>
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    private (Compilation Compilation, List<DiagnosticResult> Expected) CreateCompilation()
    {
        var expected = TestState.ExpectedDiagnostics.ToList();
        var trees = new List<SyntaxTree>();
        foreach (var (index, source) in TestState.Sources.Index())
        {
            var (text, marked) = Markup.Parse(source);
            var path = $"/0/Test{index}.cs";
            trees.Add(CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), (CSharpParseOptions)CreateParseOptions(), path));
            expected.AddRange(marked.Select(found => new DiagnosticResult(found.Id).WithSpan(path, found.Span)));
        }

        var options = CreateCompilationOptions().WithSyntaxTreeOptionsProvider(new ConfiguredSeverities(TestState.AnalyzerConfigFiles));
        return (CSharpCompilation.Create("TestProject", trees, TestState.AdditionalReferences, (CSharpCompilationOptions)options), expected);
    }

    private static void CheckDiagnostics(IEnumerable<DiagnosticResult> expected, IEnumerable<Diagnostic> reported)
    {
        var actual = reported.Where(diagnostic => !diagnostic.IsSuppressed).ToList();
        var lines = actual.Select(diagnostic => $"{DiagnosticResult.Of(diagnostic)}  {diagnostic.GetMessage()}");
        var missing = expected.Select(result => result.ToString()).Order().ToList();
        var found = actual.Select(diagnostic => DiagnosticResult.Of(diagnostic).ToString()).Order().ToList();
        Assert.True(
            missing.SequenceEqual(found),
            $"Expected diagnostics:\n  {string.Join("\n  ", missing)}\nbut the generator reported:\n  {string.Join("\n  ", lines)}");

        foreach (var result in expected.Where(result => result.Message is not null))
        {
            Assert.Contains(result.Message, actual.Where(diagnostic => diagnostic.Id == result.Id).Select(found => found.GetMessage()));
        }
    }

    private void CheckSources(IEnumerable<GeneratedSourceResult> generated)
    {
        var actual = generated.ToDictionary(source => source.HintName, source => source.SourceText.ToString());
        Assert.Equal(TestState.GeneratedSources.Select(source => source.filename).Order(), actual.Keys.Order());
        foreach (var (filename, content) in TestState.GeneratedSources)
        {
            Assert.Equal(content, actual[filename]);
        }
    }

    private void CheckCompiler(ImmutableArray<Diagnostic> diagnostics)
    {
        var lowest = CompilerDiagnostics switch
        {
            CompilerDiagnostics.Errors => DiagnosticSeverity.Error,
            CompilerDiagnostics.Warnings => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Error + 1,
        };
        Assert.Empty(diagnostics.Where(diagnostic => diagnostic.Severity >= lowest));
    }
}
