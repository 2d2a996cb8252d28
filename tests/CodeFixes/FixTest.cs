using KernelGen.CodeFixes;
using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace KernelGen.Tests.CodeFixes;

/// <summary>
/// A test of what editors offer: the analyzer marks places at which a fix is at hand, <c>[|…|]</c> in the source, and the fixes change the
/// source into another.
/// </summary>
public sealed class FixTest : CSharpCodeFixTest<FixAnalyzer, KernelGenFixProvider, DefaultVerifier>
{
    public FixTest()
    {
        ReferenceAssemblies = new ReferenceAssemblies("net10.0");
        TestState.AdditionalReferences.AddRange(ProjectReferences.All);

        // The generator does not run here, so that its members are missing.
        CompilerDiagnostics = CompilerDiagnostics.None;
    }

    /// <summary>Runs the test of one source, in which one fix after the other is applied until none is left.</summary>
    public static Task ExpectAsync(string marked, string mended) => new FixTest { TestCode = marked, FixedCode = mended }.RunAsync();

    protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion.Preview);
}
