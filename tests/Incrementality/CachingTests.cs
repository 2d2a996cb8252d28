using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Incrementality;

/// <summary>An edit costs what it changes and no more: an IDE runs the generator on every keystroke.</summary>
public sealed class CachingTests
{
    private const string Favor = "using KernelGen;\n[FavorAttention(HeadDim = 8, Features = 16)] public partial class A { }\n";
    private const string Exact = "using KernelGen;\n[SoftmaxAttention(HeadDim = 8)] public partial class B { }\n";
    private const string Elsewhere = "class Elsewhere\n{\n    int F() => 3;\n}\n";

    [Fact]
    public void SameInput_AllCached()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Run();

        Assert.All(run.Result.TrackedSteps.SelectMany(steps => steps.Value), AssertCached);
        Assert.All(run.Result.TrackedOutputSteps.SelectMany(steps => steps.Value), AssertCached);
        Assert.Equal(2 * 2, run.Files.Count);
    }

    [Theory]
    [InlineData("int F() => 3;", "int F() => 3; // three")]
    [InlineData("int F() => 3;", "int F() => 4;")]
    [InlineData("class Elsewhere", "[System.Obsolete] class Elsewhere")]
    [InlineData("}\n", "} class Added { }\n")]
    public void EditElsewhere_RegeneratesNothing(string old, string now)
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Edit(2, text => text.Replace(old, now));

        AssertNothingRegenerated(run);
    }

    [Fact]
    public void CommentInTheSameFile_RegeneratesNothing()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Edit(0, text => "// A comment that moves everything.\n\n" + text);

        AssertNothingRegenerated(run);
    }

    [Fact]
    public void SameValueSpelledOtherwise_RegeneratesNothing()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere)
            .Edit(0, text => text.Replace("HeadDim = 8", "ValueDim = 4 + 4, HeadDim = 2 * 4"));

        AssertNothingRegenerated(run);
    }

    [Fact]
    public void EditedArgument_RegeneratesThatTypeOnly()
    {
        var before = new GeneratorRun(Favor, Exact, Elsewhere);
        var (favor, exact) = (before.Files["A.Cpu.g.cs"], before.Files["B.Cpu.g.cs"]);

        var run = before.Edit(0, text => text.Replace("HeadDim = 8", "HeadDim = 16"));

        var reasons = SourceOutputs(run).Select(output => output.Reason).Order().ToList();
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], reasons);
        Assert.NotEqual(favor, run.Files["A.Cpu.g.cs"]);
        Assert.Equal(exact, run.Files["B.Cpu.g.cs"]);
    }

    [Fact]
    public void AddedDeclaration_LeavesTheOthersCached()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Add("[KernelGen.SoftmaxAttention(HeadDim = 4)] partial class C { }");

        Assert.Equal(2 * 3, run.Files.Count);
        Assert.Equal(2, SourceOutputs(run).Count(output => output.Reason == IncrementalStepRunReason.Cached));
    }

    [Fact]
    public void ReferenceToIlgpu_AddsTheGpuFilesAndLeavesTheOthersCached()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Reference(IlgpuReference.Minimal);

        Assert.Equal(
            [
                "A.Cpu.g.cs", "A.Gradients.g.cs", "A.Ilgpu.Gradients.g.cs", "A.Ilgpu.g.cs", "B.Cpu.g.cs", "B.Gradients.g.cs",
                "B.Ilgpu.Gradients.g.cs", "B.Ilgpu.g.cs",
            ],
            run.Files.Keys.Order());
        var outputs = SourceOutputs(run).ToList();
        Assert.Equal(
            [IncrementalStepRunReason.New, IncrementalStepRunReason.New, IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached],
            outputs.Select(output => output.Reason).OrderBy(reason => reason != IncrementalStepRunReason.New));

        run.Edit(2, text => text + "// more");
        Assert.All(SourceOutputs(run), output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Theory]
    [InlineData("Precision = Precision.TensorFloat32", true)]
    [InlineData("Backends = Backends.Gpu", false)]
    public void WhatConcernsTheGpuAlone_LeavesTheCpuFilesCached(string argument, bool isInTheFile)
    {
        var before = new GeneratorRun(Favor, Exact, Elsewhere).Reference(IlgpuReference.Minimal);
        var (cpu, gpu) = (before.Files["B.Cpu.g.cs"], before.Files["B.Ilgpu.g.cs"]);

        var run = before.Edit(1, text => text.Replace("HeadDim = 8", $"HeadDim = 8, {argument}"));

        Assert.Single(SourceOutputs(run), output => output.Reason == IncrementalStepRunReason.Modified);
        Assert.Equal(cpu, run.Files["B.Cpu.g.cs"]);
        Assert.Equal(isInTheFile, gpu != run.Files["B.Ilgpu.g.cs"]);
    }

    [Fact]
    public void RemovedDeclaration_TakesItsFilesAway()
    {
        var run = new GeneratorRun(Favor, Exact, Elsewhere).Edit(1, _ => "");

        Assert.Equal(["A.Cpu.g.cs", "A.Gradients.g.cs"], run.Files.Keys);
    }

    [Fact]
    public void DiagnosticMovesWithItsCode()
    {
        var run = new GeneratorRun("using KernelGen;\n[SoftmaxAttention(HeadDim = 0)] partial class A { }");
        var line = run.Reported.Single().Location.GetLineSpan().StartLinePosition.Line;

        run.Edit(0, text => "\n\n\n" + text);

        Assert.Equal(line + 3, run.Reported.Single().Location.GetLineSpan().StartLinePosition.Line);
        Assert.Same(run.Compilation.SyntaxTrees[0], run.Reported.Single().Location.SourceTree);
    }

    private static void AssertNothingRegenerated(GeneratorRun run)
    {
        var outputs = SourceOutputs(run).ToList();
        Assert.Equal(2, outputs.Count);
        Assert.All(outputs, output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
        Assert.All(run.Result.TrackedSteps[KernelGenerator.DeclarationStep], AssertCached);
        Assert.All(run.Result.TrackedSteps[KernelGenerator.LayerStep], AssertCached);
    }

    private static void AssertCached(IncrementalGeneratorRunStep step) => Assert.All(
        step.Outputs,
        output => Assert.True(
            output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step.Name}: {output.Reason}"));

    /// <summary>The outputs of the branch that emits source; the other branch, which reports, is never cached on purpose.</summary>
    private static IEnumerable<(object Value, IncrementalStepRunReason Reason)> SourceOutputs(GeneratorRun run) =>
        run.Result.TrackedOutputSteps.SelectMany(steps => steps.Value).Where(ComesFromFile).SelectMany(step => step.Outputs);

    private static bool ComesFromFile(IncrementalGeneratorRunStep step) =>
        step.Name == KernelGenerator.FileStep || step.Inputs.Any(input => ComesFromFile(input.Source));
}
