using KernelGen.Generator;
using KernelGen.Tests.Harness.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Tests.Harness;

/// <summary>A test of the KernelGen generator: the one file to change when the public package replaces the folder Testing.</summary>
public sealed class GeneratorTest : CSharpSourceGeneratorTest<KernelGenerator>
{
    public GeneratorTest()
    {
        TestState.AdditionalReferences.AddRange(ProjectReferences.All);
        TestBehaviors = TestBehaviors.SkipGeneratedSourcesCheck;

        // Most tests declare what is wrong, so code that would need the generated members does not exist in them.
        CompilerDiagnostics = CompilerDiagnostics.None;
    }

    public LanguageVersion LanguageVersion { get; set; } = LanguageVersion.Preview;

    /// <summary>Runs the test of one source with marked diagnostics.</summary>
    public static Task ExpectAsync(string markedSource) => new GeneratorTest { TestCode = markedSource }.RunAsync();

    protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion, DocumentationMode.Diagnose);
}
