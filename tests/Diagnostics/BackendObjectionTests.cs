using KernelGen.Generator;
using KernelGen.Generator.Backends;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Harness;
using KernelGen.Tests.Tiles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>
/// A family whose programs no printer knows is told so at its attribute, and gets no text: neither wrong kernels nor an internal error.
/// </summary>
public sealed class BackendObjectionTests
{
    private const string Attribute = """
        using System;
        using KernelGen;
        [AttributeUsage(AttributeTargets.Class)] sealed class OwnAttribute : Attribute { public Backends Backends { get; set; } }
        """;

    [Fact]
    public void Program_that_goes_over_tokens_with_gaps_has_no_kernels()
    {
        var run = Run(() => ComingFamiliesTests.CausalDilatedWindow(window: 3, dilation: 2), "");
        var reported = Assert.Single(run.Result.Diagnostics);
        Assert.Equal("KGEN036", reported.Id);
        Assert.Equal(DiagnosticSeverity.Error, reported.Severity);
        Assert.Equal("Own", Text(reported));
        Assert.Contains("gaps between them", reported.GetMessage(null), StringComparison.Ordinal);
        Assert.Empty(run.Files);
    }

    [Fact]
    public void Program_with_tensors_of_its_own_has_kernels_for_GPUs_too()
    {
        var run = Run(() => WithOthers(4), "").Reference(IlgpuReference.Minimal);
        Assert.Empty(run.Result.Diagnostics);
        Assert.Contains("            _Floats other3,\n", run.Files["A.Ilgpu.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_with_more_arguments_than_a_launcher_takes_has_no_GPU_kernels()
    {
        Assert.Equal(
            "a kernel needs 15 arguments, and ILGPU launches kernels of 14",
            AllBackends.Registry.All[^1].ObjectionTo(new LayerPrograms(WithOthers(9), [])));
        Assert.Null(AllBackends.Registry.All[^1].ObjectionTo(new LayerPrograms(WithOthers(8), [])));
    }

    [Fact]
    public void Program_with_more_tensors_than_a_call_takes_has_no_kernels() =>
        Assert.Equal(
            "it needs 5 tensors beside queries, keys, values and their gradients, and a call takes 4",
            ProgramLimits.OnCalls([WithOthers(5)]));

    [Fact]
    public void Program_with_as_many_tensors_as_a_call_takes_has_kernels()
    {
        var run = Run(() => WithOthers(4), "");
        Assert.Empty(run.Result.Diagnostics);
        Assert.Contains("in global::KernelGen.ReadOnlyTensorView other3,", run.Files["A.Cpu.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Causal_program_with_a_tensor_that_a_step_does_not_hand_in_has_no_kernels()
    {
        Assert.Equal(
            "it is causal and needs the tensor 'other0', which a step from token to token does not hand in",
            ObjectionTo(WithOthers(1, causal: true, OperandSharing.Everyone)));
        Assert.Null(ObjectionTo(WithOthers(1, causal: true, OperandSharing.Sequence)));
    }

    [Fact]
    public void Program_that_adds_a_triangle_to_a_product_has_no_kernels()
    {
        var b = new TileProgramBuilder("twice the scores");
        var d = Dim.Fixed("d", 8);
        var (query, value) = (b.Operand(AttentionOperands.Query(d)), b.Operand(AttentionOperands.Value(d)));
        var output = b.Operand(AttentionOperands.Output(d, OperandAccess.Write));
        var t = b.Loop(Dim.Tokens("t"), 0, query.Length);
        b.Parallel(t, () =>
        {
            var (q, v) = (b.Load("Q", query, t), b.Load("V", value, t));
            var p = b.MatMul("P", q, v, transposeB: true, structure: Structure.LowerTarget);
            b.AddMatMul(p, q, v, transposeB: true, structure: Structure.LowerTarget);
            b.Store(output, b.MatMul("O", p, v, structure: Structure.LowerLeft), t);
        });
        Assert.Equal("it adds a triangle of a product to P", ObjectionTo(b.Build()));
    }

    [Theory]
    [InlineData("", "Own")]
    [InlineData("(Backends = Backends.Auto)", "Backends.Auto")]
    [InlineData("(Backends = Backends.Gpu)", "Backends.Gpu")]
    public void Program_that_only_GPUs_cannot_compute_has_kernels_for_CPUs(string arguments, string place)
    {
        var run = Run(TwoMatrices, arguments);
        Assert.DoesNotContain(run.Result.Diagnostics, diagnostic => diagnostic.Id is "KGEN036" or "KGEN037" or "KGEN099");
        run.Reference(IlgpuReference.Minimal);
        var reported = Assert.Single(run.Result.Diagnostics, diagnostic => diagnostic.Id == "KGEN037");
        Assert.Equal(place, Text(reported));
        Assert.Contains("the matrices of its state lie both ways", reported.GetMessage(null), StringComparison.Ordinal);
        Assert.Contains(run.Files.Keys, name => name.EndsWith(".Cpu.g.cs", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Files.Keys, name => name.Contains("Ilgpu", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_said_of_GPUs_that_nobody_wants()
    {
        var run = Run(TwoMatrices, "(Backends = Backends.Cpu)").Reference(IlgpuReference.Minimal);
        Assert.Empty(run.Result.Diagnostics);
    }

    [Fact]
    public void Family_that_fails_is_an_internal_error_and_no_crash()
    {
        var run = Run(() => throw new InvalidOperationException("A mistake of the family."), "");
        Assert.All(run.Result.Diagnostics, diagnostic => Assert.Equal("KGEN099", diagnostic.Id));
        Assert.Contains(run.Result.Diagnostics, diagnostic =>
            diagnostic.GetMessage(null).Contains("A mistake of the family.", StringComparison.Ordinal));
        Assert.Null(run.Result.Exception);
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Nothing_is_said_of_the_families_that_there_are(Layer layer) => Assert.All(
        AllBackends.Registry.All, backend => Assert.Null(backend.ObjectionTo(new LayerPrograms(layer.Program, layer.GradientPrograms))));

    private static string? ObjectionTo(TileProgram forward) => AllBackends.Registry.First.ObjectionTo(new LayerPrograms(forward, []));

    private static GeneratorRun Run(Func<TileProgram> program, string arguments) => new(
        new KernelGenerator(
            new FamilyRegistry([new Family<OwnSpec>("OwnAttribute", new OwnSpec(), _ => new OwnSpec(), _ => program(), _ => [])])),
        LanguageVersion.Preview, Attribute + $"[Own{arguments}] public sealed partial class A;");

    private static string Text(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length);

    /// <summary>o = q·(Σ kkᵀ)·(Σ vkᵀ)ᵀ: no attention, but a state of two matrices, one of them transposed.</summary>
    private static TileProgram TwoMatrices()
    {
        var b = new TileProgramBuilder("two matrices");
        var (d, dv) = (Dim.Fixed("d", 8), Dim.Fixed("dv", 8));
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));
        var state = b.State("state", d);
        var (keys, values) = (state.AddMatrix("KK", d), state.AddTransposedMatrix("VK", dv));
        var j = b.Loop(Dim.Tokens("j"), 0, key.Length);
        b.Fold(j, state, () =>
        {
            var k = b.Load("K", key, j);
            b.AddMatMul(keys, k, k, transposeA: true);
            b.AddMatMul(values, b.Load("V", value, j), k, transposeA: true);
        });
        var i = b.Loop(Dim.Tokens("i"), 0, query.Length);
        b.Parallel(i, () =>
            b.Store(output, b.MatMul("O", b.MatMul("QKK", b.Load("Q", query, i), keys), values, transposeB: true), i));
        return b.Build();
    }

    /// <summary>The mean of the values, plus the sum of tensors that only this has.</summary>
    private static TileProgram WithOthers(int count, bool causal = false, OperandSharing sharing = OperandSharing.None)
    {
        var b = new TileProgramBuilder("others");
        var dv = Dim.Fixed("d", 8);
        var query = b.Operand(AttentionOperands.Query(dv));
        var value = b.Operand(AttentionOperands.Value(dv));
        var others = Enumerable.Range(0, count)
            .Select(i => b.Operand(new Operand($"other{i}", TokenAxis.Queries, dv, OperandAccess.Read)
            {
                IsOptional = true,
                SharedBy = sharing,
            })).ToList();
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));
        var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
        var queries = b.Loop(i, 0, query.Length);
        b.Parallel(queries, () =>
        {
            var q = b.Load("Q", query, queries);
            var sums = b.LocalState("sums", i);
            var n = sums.AddMatrix("N", dv);
            var sight = new Sight(causal ? Visibility.Causal : Visibility.All, Queries: i, Keys: j);
            var keys = b.Loop(j, value.Length, sight);
            b.Fold(keys, sums, () =>
            {
                var v = b.Load("V", value, keys);
                var a = b.MatMul("A", q, v, transposeB: true);
                b.AddMatMul(n, b.Map("P", i, j, causal ? Expr.Select(new Position.Sees(sight), a, 0) : a * (Expr)2), v);
            });
            var sum = others.Select((other, place) => (Expr)b.Load($"T{place}", other, queries))
                .Aggregate((Expr)n, (left, right) => left + right);
            b.Store(output, b.Map("O", i, dv, sum), queries);
        });
        return b.Build();
    }

    private sealed record OwnSpec() : AttentionSpec(HeadDim: 8, ValueDim: 8, Causal: false)
    {
        public override string Describe() => "Nobody's attention.";
    }
}
