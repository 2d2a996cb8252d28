using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Incrementality;

/// <summary>
/// A kernel function is part of the spec: an edit that changes its meaning, in whatever file, changes the spec, and no other does.
/// </summary>
public sealed class KernelFunctionCachingTests
{
    private const string Declaration = """
        using KernelGen;
        [FavorAttention(KernelFunctionName = "Phi", KernelFunctionType = typeof(F), HeadDim = 8, Features = 16, Normalize = false)] partial class A { }
        """;

    private const string Function = """
        class F
        {
            public static float Phi(float x) => Scaled(x + 1) + Helpers.Twice(x) + Constants.Shift;
            static float Scaled(float x) { return Constants.Slope * x; }
            public static float Other(float x) => x;
        }
        """;

    private const string Helpers = "static class Helpers { public static float Twice(float y) { var twice = y + y; return twice; } }";

    private const string Constants =
        "static class Constants { public const float Slope = 2; public const float Unused = 2; public static readonly float Shift = 5 - 1f; }";

    private const string Bystanders = """
        using KernelGen;
        [FavorAttention(KernelFunctionName = "Other", KernelFunctionType = typeof(F), HeadDim = 8, Features = 16, Normalize = false)] partial class B { }
        [FavorAttention(HeadDim = 8, Features = 16)] partial class C { }
        """;

    [Theory]
    [InlineData(1, "x + 1", "x + 3")]
    [InlineData(1, "Constants.Slope * x;", "Constants.Slope * x * x;")]
    [InlineData(2, "y + y", "y + 1")]
    [InlineData(3, "Slope = 2", "Slope = 3")]
    [InlineData(3, "5 - 1f", "5 - 2f")]
    public void EditOfTheFunctionInAnotherFile_RegeneratesThatTypeOnly(int file, string old, string now)
    {
        var run = Start();
        var before = run.Files;

        Edit(run, file, old, now);

        AssertReasons(run, IncrementalStepRunReason.Modified);
        Assert.NotEqual(before["A.Cpu.g.cs"], run.Files["A.Cpu.g.cs"]);
        Assert.Equal(before["B.Cpu.g.cs"], run.Files["B.Cpu.g.cs"]);
        Assert.Equal(before["C.Cpu.g.cs"], run.Files["C.Cpu.g.cs"]);
    }

    [Theory]
    [InlineData(1, "x + 1", "x /* one more */ + 1")]
    [InlineData(1, "class F", "// F\nclass F")]
    [InlineData(1, "(float x) { return Constants.Slope * x; }", "(float y) { var z = Constants.Slope; return z * y; }")]
    [InlineData(1, "{ return Constants.Slope * x; }", "=> Constants.Slope * x;")]
    [InlineData(2, "var twice = y + y; return twice;", "float sum = y + y; return sum;")]
    [InlineData(2, "y + y", "y - -y")]
    [InlineData(3, "Slope = 2", "Slope = 1 + 1")]
    [InlineData(3, "5 - 1f", "(float)System.Math.Sqrt(16)")]
    [InlineData(3, "Slope = 2", "Slope = 2.0f")]
    [InlineData(3, "Unused = 2", "Unused = 3")]
    [InlineData(3, "static class Constants", "class G { } static class Constants")]
    public void EditThatMeansTheSame_RegeneratesNothing(int file, string old, string now)
    {
        var run = Start();

        Edit(run, file, old, now);

        AssertReasons(run, IncrementalStepRunReason.Cached);
        Assert.All(
            run.Result.TrackedSteps[KernelGenerator.DeclarationStep].SelectMany(step => step.Outputs),
            output => Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    }

    [Fact]
    public void DiagnosticMovesWithItsCodeInTheOtherFile()
    {
        var run = Start();
        Assert.Empty(run.Reported);

        Edit(run, 2, "y + y", "y * 2.0");
        var place = Assert.Single(run.Reported).Location.GetLineSpan().StartLinePosition;
        Edit(run, 2, "static class", "\n\n\nstatic class");
        var moved = Assert.Single(run.Reported).Location;

        Assert.Equal(place.Line + 3, moved.GetLineSpan().StartLinePosition.Line);
        Assert.Equal(place.Character, moved.GetLineSpan().StartLinePosition.Character);
        Assert.Same(run.Compilation.SyntaxTrees[2], moved.SourceTree);
        Assert.Equal(["B.Cpu.g.cs", "B.Gradients.g.cs", "C.Cpu.g.cs", "C.Gradients.g.cs"], run.Files.Keys.Order());
    }

    private static GeneratorRun Start() => new(Declaration, Function, Helpers, Constants, Bystanders);

    private static void Edit(GeneratorRun run, int file, string old, string now)
    {
        Assert.Contains(old, run.Compilation.SyntaxTrees[file].ToString(), StringComparison.Ordinal);
        run.Edit(file, text => text.Replace(old, now, StringComparison.Ordinal));
    }

    /// <summary>What became of A's file; the others' are always kept.</summary>
    private static void AssertReasons(GeneratorRun run, IncrementalStepRunReason reason)
    {
        var outputs = run.Result.TrackedOutputSteps.SelectMany(steps => steps.Value).Where(ComesFromFile).SelectMany(step => step.Outputs);
        Assert.Equal(
            [reason, IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached],
            outputs.Select(output => output.Reason).OrderBy(found => found == IncrementalStepRunReason.Cached));
    }

    private static bool ComesFromFile(IncrementalGeneratorRunStep step) =>
        step.Name == KernelGenerator.FileStep || step.Inputs.Any(input => ComesFromFile(input.Source));
}
