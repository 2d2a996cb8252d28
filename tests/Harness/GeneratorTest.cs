using KernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace KernelGen.Tests.Harness;

/// <summary>
/// A test of the KernelGen generator: runs it over sources in which `{|ID:…|}` marks the exact span of an expected diagnostic, and
/// compares.
/// </summary>
public sealed class GeneratorTest : CSharpSourceGeneratorTest<KernelGenerator, DefaultVerifier>
{
    public GeneratorTest()
    {
        // A name without packages, so that none is downloaded: what a project references comes from the framework that runs the tests.
        ReferenceAssemblies = new ReferenceAssemblies("net10.0");
        TestState.AdditionalReferences.AddRange(ProjectReferences.All);
        TestBehaviors = TestBehaviors.SkipGeneratedSourcesCheck;

        // Most tests declare what is wrong, so code that would need the generated members does not exist in them.
        CompilerDiagnostics = CompilerDiagnostics.None;
    }

    public LanguageVersion LanguageVersion { get; set; } = LanguageVersion.Preview;

    public OptimizationLevel OptimizationLevel { get; set; } = OptimizationLevel.Release;

    /// <summary>Runs the test of one source with marked diagnostics.</summary>
    public static Task ExpectAsync(string markedSource) => new GeneratorTest { TestCode = markedSource }.RunAsync();

    protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion, DocumentationMode.Diagnose);

    protected override CompilationOptions CreateCompilationOptions() =>
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel,
            nullableContextOptions: NullableContextOptions.Enable);
}
