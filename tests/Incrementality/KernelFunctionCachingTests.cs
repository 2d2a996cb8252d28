using KernelGen.Tests.Expressions;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Incrementality;

/// <summary>A kernel function is part of the spec: an edit that changes its meaning, in whatever file, changes the spec, and no other does.</summary>
public sealed class KernelFunctionCachingTests
{
    private const string Declaration =
        "[KernelGen.FavorAttention(KernelFunctionName = \"Phi\", KernelFunctionType = typeof(F))] partial class A { }";

    private const string Function = """
        class F
        {
            const float Slope = 2;
            public static float Phi(float x) => Scaled(x + 1);
            static float Scaled(float x) { return Slope * x; }
        }
        """;

    [Theory]
    [InlineData("x + 1", "x + 3")]
    [InlineData("Slope = 2", "Slope = 3")]
    [InlineData("Slope * x;", "Slope * x * x;")]
    public void EditOfTheBodyInAnotherFile_ChangesTheFunction(string old, string now) =>
        Assert.Equal(IncrementalStepRunReason.Modified, ReasonAfter(Function.Replace(old, now)));

    [Theory]
    [InlineData("x + 1", "x /* one more */ + 1")]
    [InlineData("(float x) { return Slope * x; }", "(float y) { var z = Slope; return z * y; }")]
    [InlineData("{ return Slope * x; }", "=> Slope * x;")]
    [InlineData("Slope = 2", "Slope = 1 + 1")]
    [InlineData("class F", "class G { } class F")]
    public void EditThatMeansTheSame_ChangesNothing(string old, string now) =>
        Assert.Equal(IncrementalStepRunReason.Unchanged, ReasonAfter(Function.Replace(old, now)));

    private static IncrementalStepRunReason ReasonAfter(string edited)
    {
        Assert.NotEqual(Function, edited);
        var compilation = CSharpCompilation.Create(
            "TestProject",
            [CSharpSyntaxTree.ParseText(Declaration), CSharpSyntaxTree.ParseText(Function)],
            ProjectReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var driver = CSharpGeneratorDriver.Create(
                [new KernelFunctionProbe().AsSourceGenerator()],
                driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true))
            .RunGenerators(compilation);
        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[1], CSharpSyntaxTree.ParseText(edited)));

        var steps = driver.GetRunResult().Results.Single().TrackedSteps[KernelFunctionProbe.Step];
        return Assert.Single(steps.SelectMany(step => step.Outputs)).Reason;
    }
}
