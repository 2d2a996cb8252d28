using System.Diagnostics;
using System.Text;
using KernelGen.Bench.Roofline;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Bench.BuildCost;

/// <summary>Builds projects in this process, with the compiler and the generator that this program references.</summary>
internal static class BuildCostWorker
{
    private const int Builds = 3;

    /// <summary>Measures a project of so many layers, all of them the causal layer of docs/publishing.md.</summary>
    public static BuildCost Measure(int layers)
    {
        // What a compiler that has built something before has compiled of itself.
        Build(Math.Max(1, layers));
        var builds = Enumerable.Range(0, Builds).Select(_ => Build(layers)).ToList();
        return new BuildCost(
            layers, builds[0].TextBytes, Statistics.Median(builds.Select(build => build.GeneratorSeconds)),
            Statistics.Median(builds.Select(build => build.CompilerSeconds)),
            (long)Statistics.Median(builds.Select(build => (double)build.AllocatedBytes)), Process.GetCurrentProcess().PeakWorkingSet64);
    }

    private static BuildCost Build(int layers)
    {
        var compilation = EmittedText.Compilation(
            [
                "public static class Program { public static int Main() => 0; }",
                .. Enumerable.Range(0, layers).Select(layer => $$"""
                    using KernelGen;
                    [FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
                    public sealed partial class CausalAttention{{layer}};
                    """),
            ]).WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release));
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Environment.CpuUsage.TotalTime;
        var driver = EmittedText.NewDriver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var _);
        var generated = Environment.CpuUsage.TotalTime;
        var emitted = output.Emit(Stream.Null);
        var compiled = Environment.CpuUsage.TotalTime;
        if (!emitted.Success)
        {
            throw new InvalidOperationException($"A project of {layers} layers does not compile: {emitted.Diagnostics[0]}");
        }

        var text = driver.GetRunResult().Results.Single().GeneratedSources
            .Sum(source => (long)Encoding.UTF8.GetByteCount(source.SourceText.ToString()));
        return new BuildCost(
            layers, text, (generated - start).TotalSeconds, (compiled - generated).TotalSeconds,
            GC.GetTotalAllocatedBytes() - allocated, 0);
    }
}
