using System.Reflection;
using KernelGen.Generator;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Harness;
using KernelGen.Tests.Tiles;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// A family with a tensor that no other has, a number that is added to all scores of a key, and all that it takes is in this file:
/// softmax(QKᵀ/√d + b)V with b [batch, keys], seen by all heads of a sequence.
/// </summary>
public sealed partial class KeyBiasFamilyTests
{
    private const int HeadDim = 12, ValueDim = 20;

    private const string Source = """
        using System;
        using KernelGen;
        [AttributeUsage(AttributeTargets.Class)] sealed class KeyBiasAttribute : Attribute { public Backends Backends { get; set; } }
        [KeyBias] public sealed partial class Biased;
        public static class Calls
        {
            public static IAttention Create() => new Biased();
            public static void Forward(IAttention layer, float[] q, float[] k, float[] v, float[] b, float[] o, AttentionShape shape, BackwardContext context, int[] lengths) =>
                ((Biased)layer).Forward(q, k, v, b, o, shape, new() { Context = context, KeyLengths = lengths });
            public static void Backward(
                IAttention layer, float[] q, float[] k, float[] v, float[] b, float[] o, BackwardContext context, float[] g, float[] dq, float[] dk, float[] dv, float[] db,
                AttentionShape shape, bool add) =>
                ((Biased)layer).Backward(q, k, v, b, o, context, g, dq, dk, dv, db, shape, new() { Accumulate = add });
        }
        """;

    private static readonly Lazy<GeneratorRun> Run = new(() => Generate(Source));

    private static readonly Lazy<Assembly> Compiled = new(() => Load(Run.Value));

    [Fact]
    public void Calls_take_the_tensor()
    {
        Assert.Empty(Run.Value.Result.Diagnostics);
        Assert.DoesNotContain(Run.Value.Warnings, warning => warning.Id != "CS1591"); // the declarations above are not documented
        var text = Run.Value.Files["Biased.Cpu.g.cs"];
        Assert.Contains(
            "new(\"keyBias\", _OperandRows.Keys, 1, _OperandAccess.Read, SharedBy: _OperandSharing.Sequence, IsOptional: true),", text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 5, 9, 1, TensorLayout.BatchHeadLengthDim)]
    [InlineData(2, 3, 40, 33, 1, TensorLayout.BatchLengthHeadDim)]
    [InlineData(2, 3, 70, 150, 2, TensorLayout.BatchHeadLengthDim)]
    [InlineData(3, 1, 1, 1, 5, TensorLayout.BatchHeadLengthDim)]
    [InlineData(1, 2, 3, 0, 1, TensorLayout.BatchHeadLengthDim)]
    public void Kernels_compute_the_formula(int batch, int heads, int queries, int keys, int degree, TensorLayout layout)
    {
        var shape = new AttentionShape(batch, heads, queries, keys, layout);
        var inputs = new Problem(shape, [.. Enumerable.Range(0, batch).Select(b => Math.Max(0, keys - (3 * b)))]);
        var layer = Create(degree);
        var actual = inputs.Compute(layer, inputs.Bias, start: float.NaN);
        inputs.Check(inputs.Expected(), actual);

        // Added to what is there; and a missing tensor is zeros, whose gradient nobody wants.
        inputs.Check(Plus(inputs.Expected(), 2), inputs.Compute(layer, inputs.Bias, start: 2));
        var without = new Problem(shape, inputs.Lengths) { Bias = new float[inputs.Bias.Length] };
        var expected = without.Expected();
        without.Check(expected, without.Compute(layer, null, start: float.NaN));
        without.Check(expected with { Bias = null }, without.Compute(layer, null, start: float.NaN, wantsBiasGradient: false));

        // The members of all attention go without it too.
        var output = new float[expected.Output.Length];
        layer.Forward(without.Query, without.Key, without.Value, output, shape, new() { KeyLengths = without.Lengths });
        without.Check(
            expected with { Query = null, Key = null, Value = null, Bias = null }, new Outcome<float>(output, null, null, null, null));
    }

    [Theory]
    [InlineData("equal tokens")]
    [InlineData("equal tokens, ramp of biases")]
    [InlineData("one huge bias")]
    [InlineData("one sign")]
    [InlineData("tiny")]
    public void Kernels_compute_the_formula_of_structured_inputs(string structure)
    {
        var inputs = new Problem(new AttentionShape(2, 2, 50, 60), [60, 37]);
        float[][] all = [inputs.Query, inputs.Key, inputs.Value];
        switch (structure)
        {
            case "equal tokens":
                Array.ForEach(all, tensor => tensor.AsSpan().Fill(0.5f));
                inputs.Bias.AsSpan().Fill(-3);
                break;
            case "equal tokens, ramp of biases":
                Array.ForEach(all, tensor => tensor.AsSpan().Fill(0.5f));
                Fill(inputs.Bias, (i, _) => 0.1f * i);
                break;
            case "one huge bias":
                Fill(inputs.Bias, (i, x) => i % 60 == 33 ? 90 : x);
                break;
            case "one sign":
                Array.ForEach([.. all, inputs.Bias], tensor => Fill(tensor, (_, x) => Math.Abs(x)));
                break;
            case "tiny":
                Array.ForEach([.. all, inputs.Bias], tensor => Fill(tensor, (_, x) => 1e-20f * x));
                break;
        }

        inputs.Check(inputs.Expected(), inputs.Compute(Create(2), inputs.Bias, start: float.NaN));

        static void Fill(float[] tensor, Func<int, float, float> number)
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = number(i, tensor[i]);
            }
        }
    }

    [Fact]
    public void Wrong_tensors_are_named()
    {
        var shape = new AttentionShape(2, 3, 4, 5);
        var inputs = new Problem(shape, []);
        var error = Assert.Throws<ArgumentException>("keyBias", () => inputs.Compute(Create(1), new float[9], start: float.NaN));
        Assert.StartsWith(
            "keyBias holds 9 numbers, but batch 2 × length 5 × dim 1 = 10 are needed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Interpreter_computes_the_formula()
    {
        var inputs = new Problem(new AttentionShape(1, 1, 7, 10), []);
        var program = Forward();
        var output = new double[7, ValueDim];
        var tensors = program.Operands.ToDictionary(operand => operand, operand => operand.Name switch
        {
            "query" => Matrix(inputs.Query, HeadDim),
            "key" => Matrix(inputs.Key, HeadDim),
            "value" => Matrix(inputs.Value, ValueDim),
            "keyBias" => Matrix(inputs.Bias, 1),
            "output" => output,
            _ => new double[7, 1],
        });
        TileInterpreter.Run(program, tensors, null, _ => 4);
        Compare.Close(inputs.Expected().Output, [.. output.Cast<double>()], 1e-12);

        static double[,] Matrix(float[] numbers, int columns) => Inputs.Matrix(NaiveAttention.ToDouble(numbers), columns);
    }

    private static Outcome<double> Plus(Outcome<double> outcome, double x) => outcome with
    {
        Query = [.. outcome.Query!.Select(y => x + y)],
        Key = [.. outcome.Key!.Select(y => x + y)],
        Value = [.. outcome.Value!.Select(y => x + y)],
        Bias = [.. outcome.Bias!.Select(y => x + y)],
    };

    private static IAttention Create(int degree)
    {
        var layer = (IAttention)Compiled.Value.GetType("Calls")!.GetMethod("Create")!.Invoke(null, null)!;
        layer.DegreeOfParallelism = degree;
        return layer;
    }

    private static GeneratorRun Generate(string source) => new(
        new KernelGenerator(new FamilyRegistry(
            [new Family<Spec>("KeyBiasAttribute", new Spec(), _ => new Spec(), _ => Forward(), _ => [QueryGradient(), KeyGradients()])])),
        LanguageVersion.Preview, source);

    private static Assembly Load(GeneratorRun run)
    {
        using var image = new MemoryStream();
        var emitted = run.Output.Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics));
        return Assembly.Load(image.ToArray());
    }

    private static TileProgram Forward()
    {
        var b = new TileProgramBuilder("softmax attention with a bias of each key");
        var tensors = new Tensors(b);
        var output = b.Operand(AttentionOperands.Output(tensors.Dv, OperandAccess.Write));
        var logSumExp = b.Operand(AttentionOperands.LogSumExp(OperandAccess.Write));
        var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
        var queries = b.Loop(i, 0, tensors.Query.Length);
        b.Parallel(queries, () =>
        {
            var scaled = b.Map("Qs", i, tensors.D, b.Load("Q", tensors.Query, queries) * (Expr)Scale);
            var softmax = b.LocalState("softmax", i);
            var (m, l, n) = (softmax.AddReference("M", asRow: false), softmax.AddVector("D", asRow: false),
                softmax.AddMatrix("N", tensors.Dv));
            var keys = b.Loop(j, 0, tensors.Key.Length);
            b.Fold(keys, softmax, () =>
            {
                var k = b.Load("K", tensors.Key, keys);
                var v = b.Load("V", tensors.Value, keys);
                var bias = b.Transpose("bT", b.Load("b", tensors.Bias, keys));
                var s = b.Map("S", i, j, b.MatMul("A", scaled, k, transposeB: true) + ((Expr)bias * Base2.Log2E));
                b.Rebase(softmax, b.RowMax("top", i, j, s), 8);
                var p = b.Map("P", i, j, Expr.Exp2(s - m, -80));
                b.AddRowSum(l, i, j, p);
                b.AddMatMul(n, p, v);
            });
            b.Store(output, b.Map("O", i, tensors.Dv, Expr.Select(Condition.IsZero(l), 0, (Expr)n / l)), queries);
            b.Store(logSumExp, b.Map("lse", i, Dim.One, (m + (Expr)b.Map("logD", i, Dim.One, Expr.Log2(l))) * Base2.Ln2), queries);
        });
        return b.Build();
    }

    private static TileProgram QueryGradient()
    {
        var b = new TileProgramBuilder("softmax attention with a bias of each key, gradient of the queries");
        var tensors = new Tensors(b, isGradient: true);
        var gradient = b.Operand(AttentionOperands.QueryGradient(tensors.D));
        var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
        var queries = b.Loop(i, 0, tensors.Query.Length);
        b.Parallel(queries, () =>
        {
            var scaled = b.Map("Qs", i, tensors.D, b.Load("Q", tensors.Query, queries) * (Expr)Scale);
            var (g, n, delta) = tensors.Outputs(i, queries);
            var sums = b.LocalState("sums", i);
            var dq = sums.AddMatrix("dQ", tensors.D);
            var keys = b.Loop(j, 0, tensors.Key.Length);
            b.Fold(keys, sums, () =>
            {
                var k = b.Load("K", tensors.Key, keys);
                var v = b.Load("V", tensors.Value, keys);
                var bias = b.Transpose("bT", b.Load("b", tensors.Bias, keys));
                var s = b.MatMul("A", scaled, k, transposeB: true) + ((Expr)bias * Base2.Log2E);
                var x = b.MatMul("X", g, v, transposeB: true);
                b.AddMatMul(dq, b.Map("dS", i, j, Expr.Exp2(s - n, -80) * (x - delta)), k);
            });
            b.Store(gradient, b.Map("dQs", i, tensors.D, (Expr)dq * Math.Pow(HeadDim, -0.5)), queries);
        });
        return b.Build();
    }

    private static TileProgram KeyGradients()
    {
        var b = new TileProgramBuilder("softmax attention with a bias of each key, gradients of the keys, values and biases");
        var tensors = new Tensors(b, isGradient: true);
        var (keyGradient, valueGradient) = (b.Operand(AttentionOperands.KeyGradient(tensors.D)),
            b.Operand(AttentionOperands.ValueGradient(tensors.Dv)));
        var biasGradient = b.Operand(new Operand("keyBiasGradient", TokenAxis.Keys, Dim.One, OperandAccess.Accumulate)
        {
            SharedBy = OperandSharing.Sequence,
            IsOptional = true,
        });
        var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
        var keys = b.Loop(j, 0, tensors.Key.Length);
        b.Parallel(keys, () =>
        {
            var k = b.Load("K", tensors.Key, keys);
            var v = b.Load("V", tensors.Value, keys);
            var bias = b.Map("bs", j, Dim.One, b.Load("b", tensors.Bias, keys) * (Expr)Base2.Log2E);
            var sums = b.LocalState("sums", j);
            var (db, dk, dv) = (sums.AddVector("dB", asRow: false), sums.AddMatrix("dK", tensors.D), sums.AddMatrix("dV", tensors.Dv));
            var queries = b.Loop(i, 0, tensors.Query.Length);
            b.Fold(queries, sums, () =>
            {
                var q = b.Load("Q", tensors.Query, queries);
                var scaled = b.Map("Qs", i, tensors.D, q * (Expr)Scale);
                var (g, n, delta) = tensors.Outputs(i, queries);
                var (nT, deltaT) = (b.Transpose("nT", n), b.Transpose("deltaT", delta));
                var a = b.MatMul("A", k, scaled, transposeB: true);
                var x = b.MatMul("X", v, g, transposeB: true);
                var p = b.Map("P", j, i, Expr.Exp2(a + (Expr)bias - nT, -80));
                var ds = b.Map("dS", j, i, p * (x - deltaT));
                b.AddMatMul(dv, p, g);
                b.AddMatMul(dk, ds, q);
                b.AddRowSum(db, j, i, ds);
            });
            b.Store(keyGradient, b.Map("dKs", j, tensors.D, (Expr)dk * Math.Pow(HeadDim, -0.5)), keys);
            b.Store(valueGradient, dv, keys);
            b.Store(biasGradient, db, keys);
        });
        return b.Build();
    }

    private static double Scale => Math.Pow(HeadDim, -0.5) * Base2.Log2E;

    private sealed record Spec() : AttentionSpec(KeyBiasFamilyTests.HeadDim, KeyBiasFamilyTests.ValueDim, Causal: false)
    {
        public override string Describe() => "Softmax attention with a bias of each key.";
    }

    /// <summary>The operands that the programs have in common.</summary>
    private sealed class Tensors
    {
        private readonly TileProgramBuilder _b;
        private readonly Operand? _output, _outputGradient, _logSumExp;

        public Tensors(TileProgramBuilder b, bool isGradient = false)
        {
            _b = b;
            Query = b.Operand(AttentionOperands.Query(D));
            Key = b.Operand(AttentionOperands.Key(D));
            Value = b.Operand(AttentionOperands.Value(Dv));
            Bias = b.Operand(new Operand("keyBias", TokenAxis.Keys, Dim.One, OperandAccess.Read)
            {
                SharedBy = OperandSharing.Sequence,
                IsOptional = true,
            });
            if (isGradient)
            {
                _output = b.Operand(AttentionOperands.Output(Dv, OperandAccess.Read));
                _outputGradient = b.Operand(AttentionOperands.OutputGradient(Dv));
                _logSumExp = b.Operand(AttentionOperands.LogSumExp(OperandAccess.Read));
            }
        }

        public Dim D { get; } = Dim.Fixed("d", HeadDim);

        public Dim Dv { get; } = Dim.Fixed("dv", ValueDim);

        public Operand Query { get; }

        public Operand Key { get; }

        public Operand Value { get; }

        public Operand Bias { get; }

        /// <summary>g, the log-sum-exp in powers of two, and δ = gᵀo.</summary>
        public (Tile G, Tile LogNormaliser, Tile Delta) Outputs(Dim i, TokenLoop queries)
        {
            var g = _b.Load("G", _outputGradient!, queries);
            var lse = _b.Load("lse", _logSumExp!, queries);
            var delta = _b.RowSum("delta", i, Dv, g * (Expr)_b.Load("O", _output!, queries));
            var isEmpty = new Condition.Compare(Comparison.Equal, lse, double.NegativeInfinity);
            return (g, _b.Map("n", i, Dim.One, Expr.Select(isEmpty, double.PositiveInfinity, (Expr)lse * Base2.Log2E)), delta);
        }
    }

    /// <summary>Outputs and gradients; null: not asked for.</summary>
    private sealed record Outcome<T>(T[] Output, T[]? Query, T[]? Key, T[]? Value, T[]? Bias);

    /// <summary>The tensors of a call.</summary>
    private sealed class Problem
    {
        public Problem(AttentionShape shape, int[] lengths)
        {
            Shape = shape;
            Lengths = lengths;
            var random = new Random(11);
            int queries = shape.Batch * shape.Heads * shape.QueryLength, keys = shape.Batch * shape.Heads * shape.KeyLength;
            (Query, Key, Value) = (Inputs.Normal(random, queries * HeadDim, 1), Inputs.Normal(random, keys * HeadDim, 1),
                Inputs.Normal(random, keys * ValueDim, 1));
            Bias = Inputs.Normal(random, shape.Batch * shape.KeyLength, 3);
            Upstream = Inputs.Normal(random, queries * ValueDim, 1);
        }

        public AttentionShape Shape { get; }

        public float[] Upstream { get; }

        public float[] Query { get; }

        public float[] Key { get; }

        public float[] Value { get; }

        public float[] Bias { get; init; }

        public int[] Lengths { get; }

        public Outcome<float> Compute(IAttention layer, float[]? bias, float start, bool wantsBiasGradient = true)
        {
            var output = new float[Upstream.Length];
            var context = new BackwardContext();
            Call("Forward", layer, Query, Key, Value, bias, output, Shape, context, Lengths);
            float[]?[] gradients = [.. new[] { Query, Key, Value, wantsBiasGradient ? Bias : null }
                .Select(tensor => tensor is null ? null : Enumerable.Repeat(start, tensor.Length).ToArray())];
            Call(
                "Backward", layer, Query, Key, Value, bias, output, context, Upstream, gradients[0], gradients[1], gradients[2],
                gradients[3], Shape, !float.IsNaN(start));
            return new Outcome<float>(output, gradients[0], gradients[1], gradients[2], gradients[3]);

            static void Call(string method, params object?[] arguments) =>
                Compiled.Value.GetType("Calls")!.GetMethod(method)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }

        /// <summary>The formula in double, a pair of tokens at a time.</summary>
        public Outcome<double> Expected()
        {
            var expected = new Outcome<double>(
                new double[Upstream.Length], new double[Query.Length], new double[Key.Length], new double[Value.Length],
                new double[Bias.Length]);
            for (var head = 0; head < Shape.Batch * Shape.Heads; head++)
            {
                for (var i = 0; i < Shape.QueryLength; i++)
                {
                    Row(expected, head / Shape.Heads, head % Shape.Heads, i);
                }
            }

            return expected;
        }

        public void Check(Outcome<double> expected, Outcome<float> actual)
        {
            foreach (var (name, wanted, found) in new[]
            {
                ("output", expected.Output, actual.Output), ("query", expected.Query, actual.Query), ("key", expected.Key, actual.Key),
                ("value", expected.Value, actual.Value), ("bias", expected.Bias, actual.Bias),
            })
            {
                // Sums of a few hundred products of numbers of size 1: a thousand roundings of the largest.
                var limit = 1000 * Math.Pow(2, -24) * Math.Max(1, (wanted ?? []).Select(Math.Abs).DefaultIfEmpty().Max());
                foreach (var (one, other) in (wanted ?? []).Zip(found ?? []))
                {
                    Assert.True(Math.Abs(one - other) <= limit, $"{name}: {one} expected, {other} found");
                }

                Assert.Equal(wanted?.Length, found?.Length);
            }
        }

        private void Row(Outcome<double> expected, int batch, int head, int i)
        {
            var keys = Lengths.Length == 0 ? Shape.KeyLength : Lengths[batch];
            var (q, o) = (Token(batch, head, i, Shape.QueryLength) * HeadDim, Token(batch, head, i, Shape.QueryLength) * ValueDim);
            int KeyAt(int j) => Token(batch, head, j, Shape.KeyLength);
            var weights = Enumerable.Range(0, keys).Select(j => Math.Exp(
                (Dot(Query, q, Key, KeyAt(j) * HeadDim, HeadDim) / Math.Sqrt(HeadDim)) + Bias[(batch * Shape.KeyLength) + j])).ToArray();
            var normaliser = weights.Sum();
            for (var c = 0; c < ValueDim; c++)
            {
                expected.Output[o + c] =
                    Enumerable.Range(0, keys).Sum(j => weights[j] * Value[(KeyAt(j) * ValueDim) + c]) / (keys == 0 ? 1 : normaliser);
            }

            var delta = Enumerable.Range(0, ValueDim).Sum(c => Upstream[o + c] * expected.Output[o + c]);
            for (var j = 0; j < keys; j++)
            {
                var (k, v, p) = (KeyAt(j) * HeadDim, KeyAt(j) * ValueDim, weights[j] / normaliser);
                var ds = p * (Dot(Upstream, o, Value, v, ValueDim) - delta);
                for (var c = 0; c < HeadDim; c++)
                {
                    expected.Query![q + c] += ds * Key[k + c] / Math.Sqrt(HeadDim);
                    expected.Key![k + c] += ds * Query[q + c] / Math.Sqrt(HeadDim);
                }

                for (var c = 0; c < ValueDim; c++)
                {
                    expected.Value![v + c] += p * Upstream[o + c];
                }

                expected.Bias![(batch * Shape.KeyLength) + j] += ds;
            }
        }

        private int Token(int batch, int head, int token, int length) => Shape.Layout == TensorLayout.BatchHeadLengthDim
            ? (((batch * Shape.Heads) + head) * length) + token
            : (((batch * length) + token) * Shape.Heads) + head;

        private static double Dot(float[] a, int fromA, float[] b, int fromB, int count) =>
            Enumerable.Range(0, count).Sum(c => (double)a[fromA + c] * b[fromB + c]);
    }
}
