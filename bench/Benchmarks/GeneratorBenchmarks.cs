using BenchmarkDotNet.Attributes;
using KernelGen.Bench.Roofline;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Bench.Benchmarks;

/// <summary>The generator itself, on the eight declarations that the other benchmarks measure.</summary>
public class GeneratorBenchmarks
{
    private static readonly SyntaxTree[] Others =
    [
        CSharpSyntaxTree.ParseText("namespace Other; public class Unrelated { public int Value => 1; }"),
        CSharpSyntaxTree.ParseText("namespace Other; public class Unrelated { public int Value => 2; } // an edit"),
    ];

    private CSharpCompilation _compilation = null!;
    private CSharpCompilation _one = null!;
    private GeneratorDriver _warm = null!;

    [GlobalSetup]
    public void Setup()
    {
        _compilation = EmittedText.Compilation(EmittedText.Declarations()).AddSyntaxTrees(Others[0]);
        _one = EmittedText.Compilation("[KernelGen.SoftmaxAttention(HeadDim = 64)] partial class One;").AddSyntaxTrees(Others[0]);
        _warm = EmittedText.NewDriver().RunGenerators(_compilation);
    }

    /// <summary>All eight with empty caches. The clone has forgotten what an earlier run bound.</summary>
    [Benchmark(Description = "cold, 8 declarations")]
    public GeneratorDriver ColdAll() => EmittedText.NewDriver().RunGenerators(_compilation.Clone());

    [Benchmark(Description = "cold, 1 declaration")]
    public GeneratorDriver ColdOne() => EmittedText.NewDriver().RunGenerators(_one.Clone());

    /// <summary>What each key stroke in another file costs; nothing is emitted anew.</summary>
    [Benchmark(Description = "unrelated edit, 8 declarations")]
    public GeneratorDriver UnrelatedEdit() => _warm.RunGenerators(_compilation.ReplaceSyntaxTree(Others[0], Others[1]));
}
