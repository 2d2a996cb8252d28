using System.Reflection;
using KernelGen.Generator;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Decoding takes tensors of a family's own, whatever they are: here a float of each key, which all heads of a sequence share and which may
/// be missing.
/// </summary>
public sealed class CausalKeyBiasTests
{
    private const int HeadDim = 12, Streams = 4, Heads = 2, Length = 150;

    private const string Source = """
        using System;
        using KernelGen;
        [AttributeUsage(AttributeTargets.Class)] sealed class CausalKeyBiasAttribute : Attribute { public Backends Backends { get; set; } }
        [CausalKeyBias] public sealed partial class Biased;
        public static class Calls
        {
            public static ICausalAttention Create() => new Biased();
            public static void Forward(ICausalAttention layer, float[] q, float[] k, float[] v, float[] b, float[] o, AttentionShape shape) =>
                ((Biased)layer).Forward(q, k, v, b, o, shape);
            public static void Prefill(
                ICausalAttention layer, DecodingState state, float[] q, float[] k, float[] v, float[] b, float[] o, AttentionShape shape) =>
                ((Biased)layer).Prefill(state, q, k, v, b, o, shape);
            public static void Step(ICausalAttention layer, DecodingState state, float[] q, float[] k, float[] v, float[] b, float[] o) =>
                ((Biased)layer).Step(state, q, k, v, b, o);
        }
        """;

    private static readonly Lazy<Assembly> Compiled = new(() =>
    {
        var run = new GeneratorRun(
            new KernelGenerator(new FamilyRegistry(
                [new Family<Spec>("CausalKeyBiasAttribute", new Spec(), _ => new Spec(), _ => Forward(), _ => [])])),
            LanguageVersion.Preview, Source);
        Assert.Empty(run.Result.Diagnostics);
        using var image = new MemoryStream();
        var emitted = run.Output.Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics));
        return Assembly.Load(image.ToArray());
    });

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 70)]
    [InlineData(false, 70)]
    public void Steps_give_what_the_whole_sequence_gives(bool hasBias, int prompt)
    {
        var random = new Random(5);
        var (q, k, v) = (Numbers(Streams * Length * HeadDim), Numbers(Streams * Length * HeadDim), Numbers(Streams * Length * HeadDim));
        var bias = hasBias ? Numbers(Streams / Heads * Length) : null;
        var (layer, expected) = ((ICausalAttention)Call("Create")!, new float[q.Length]);
        Call("Forward", layer, q, k, v, bias, expected, new AttentionShape(Streams / Heads, Heads, Length));
        using var state = layer.CreateDecodingState(Streams, Heads);
        var shape = new AttentionShape(Streams / Heads, Heads, prompt);
        var output = new float[Streams * prompt * HeadDim];
        Call("Prefill", layer, state, Rows(q, 0, prompt), Rows(k, 0, prompt), Rows(v, 0, prompt), OfSequences(0, prompt), output, shape);
        Close(Rows(expected, 0, prompt), output);
        for (var token = prompt; token < Length; token++)
        {
            float[]? ofStreams = OfSequences(token, token + 1) is { } numbers
                ? [.. numbers.SelectMany(number => Enumerable.Repeat(number, Heads))]
                : null;
            output = new float[Streams * HeadDim];
            Call("Step", layer, state, Rows(q, token, token + 1), Rows(k, token, token + 1), Rows(v, token, token + 1), ofStreams, output);
            Close(Rows(expected, token, token + 1), output);
        }

        float[] Numbers(int count) => Inputs.Normal(random, count, 1);

        float[]? OfSequences(int from, int to) => bias is null
            ? null
            : [.. Enumerable.Range(0, Streams / Heads).SelectMany(b => bias[((b * Length) + from)..((b * Length) + to)])];

        static float[] Rows(float[] tensor, int from, int to) =>
            [.. Enumerable.Range(0, Streams).SelectMany(s => tensor[(((s * Length) + from) * HeadDim)..(((s * Length) + to) * HeadDim)])];

        // Sums of probabilities are rounded in another order.
        static void Close(float[] expected, float[] actual) => Compare.Close(Array.ConvertAll(expected, x => (double)x), actual, 1e-5);
    }

    private static object? Call(string method, params object?[] arguments) =>
        Compiled.Value.GetType("Calls")!.GetMethod(method)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static TileProgram Forward()
    {
        var b = new TileProgramBuilder("causal softmax attention with a bias of each key");
        var d = Dim.Fixed("d", HeadDim);
        var (query, key) = (b.Operand(AttentionOperands.Query(d)), b.Operand(AttentionOperands.Key(d)));
        var (value, bias) = (b.Operand(AttentionOperands.Value(d)), b.Operand(
            new Operand("keyBias", TokenAxis.Keys, Dim.One, OperandAccess.Read)
            {
                SharedBy = OperandSharing.Sequence,
                IsOptional = true,
            }));
        var output = b.Operand(AttentionOperands.Output(d, OperandAccess.Write));
        var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
        var sight = new Sight(Visibility.Causal, i, j);
        var queries = b.Loop(i, 0, query.Length);
        b.Parallel(queries, () =>
        {
            var scaled = b.Map("Qs", i, d, b.Load("Q", query, queries) * (Expr)(Math.Pow(HeadDim, -0.5) * Base2.Log2E));
            var softmax = b.LocalState("softmax", i);
            var (m, l, n) = (softmax.AddReference("M", asRow: false), softmax.AddVector("D", asRow: false), softmax.AddMatrix("N", d));
            var keys = b.Loop(j, key.Length, sight);
            b.Fold(keys, softmax, () =>
            {
                var (k, v) = (b.Load("K", key, keys), b.Load("V", value, keys));
                var ofKeys = b.Transpose("bT", b.Load("b", bias, keys));
                var a = b.MatMul("A", scaled, k, transposeB: true);
                var s = b.Map("S", i, j, Expr.Select(
                    new Position.Sees(sight), a + ((Expr)ofKeys * Base2.Log2E), double.NegativeInfinity));
                b.Rebase(softmax, b.RowMax("top", i, j, s), 8);
                var p = b.Map("P", i, j, Expr.Exp2(s - m, -80));
                b.AddRowSum(l, i, j, p);
                b.AddMatMul(n, p, v);
            });
            b.Store(output, b.Map("O", i, d, Expr.Select(Condition.IsZero(l), 0, (Expr)n / l)), queries);
        });
        return b.Build();
    }

    private sealed record Spec() : AttentionSpec(CausalKeyBiasTests.HeadDim, CausalKeyBiasTests.HeadDim, Causal: true)
    {
        public override string Describe() => "Causal softmax attention with a bias of each key.";
    }
}
