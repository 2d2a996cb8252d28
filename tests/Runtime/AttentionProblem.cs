using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Inputs of one call, and its outputs computed in double by the sums of the definition, a query at a time.</summary>
internal sealed class AttentionProblem
{
    public const int Dim = LinearKernel<Causal>.Dim, Values = LinearKernel<Causal>.Values, Features = LinearKernel<Causal>.Rows;

    public static readonly Projection W = Projection.Orthogonal(Features, Dim, seed: 5);

    public readonly AttentionShape Shape;
    public readonly float[] Query, Key, Value;
    public readonly int[] KeyLengths;

    public AttentionProblem(AttentionShape shape, int[]? keyLengths = null, int seed = 1)
    {
        Shape = shape;
        KeyLengths = keyLengths ?? [];
        Random random = new(seed);
        var heads = shape.Batch * shape.Heads;
        Query = Fill(heads * shape.QueryLength * Dim);
        Key = Fill(heads * shape.KeyLength * Dim);
        Value = Fill(heads * shape.KeyLength * Values);
        ForEachKey((b, h, j) => // what a kernel must not read is NaN
        {
            if (j >= Keys(b))
            {
                Key.AsSpan(Token(b, h, j, shape.KeyLength) * Dim, Dim).Fill(float.NaN);
                Value.AsSpan(Token(b, h, j, shape.KeyLength) * Values, Values).Fill(float.NaN);
            }
        });

        float[] Fill(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    public int OutputLength => Shape.Batch * Shape.Heads * Shape.QueryLength * Values;

    /// <summary>The output of the engine; it must write every number, so the destination starts as NaN.</summary>
    public float[] Run(AttentionEngine engine, BackwardContext? context = null)
    {
        var output = new float[OutputLength];
        Array.Fill(output, float.NaN);
        engine.Forward(new(Query, Key, Value, output), Shape, new() { KeyLengths = KeyLengths, Context = context });
        return output;
    }

    /// <param name="weight">The weight of a key for a query.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    public (double[] Output, double[] LogSumExp) Expected(Func<float[], float[], double> weight, bool causal)
    {
        var output = new double[OutputLength];
        var logSumExp = new double[Shape.Batch * Shape.Heads * Shape.QueryLength];
        for (var b = 0; b < Shape.Batch; b++)
        {
            for (var h = 0; h < Shape.Heads; h++)
            {
                for (var i = 0; i < Shape.QueryLength; i++)
                {
                    var token = Token(b, h, i, Shape.QueryLength);
                    var sums = new double[Values + 1];
                    for (var j = 0; j < (causal ? Math.Min(i + 1, Keys(b)) : Keys(b)); j++)
                    {
                        var other = Token(b, h, j, Shape.KeyLength);
                        var w = weight(Query[(token * Dim)..((token + 1) * Dim)], Key[(other * Dim)..((other + 1) * Dim)]);
                        for (var v = 0; v <= Values; v++)
                        {
                            sums[v] += w * (v == Values ? 1 : Value[other * Values + v]);
                        }
                    }

                    for (var v = 0; v < Values; v++)
                    {
                        output[token * Values + v] = sums[Values] == 0 ? 0 : sums[v] / sums[Values];
                    }

                    logSumExp[(b * Shape.Heads + h) * Shape.QueryLength + i] = Math.Log(sums[Values]);
                }
            }
        }

        return (output, logSumExp);
    }

    /// <summary>The states after the last key, [batch, heads, features, values + 1].</summary>
    public double[] ExpectedState()
    {
        var state = new double[Shape.Batch * Shape.Heads * Features * (Values + 1)];
        ForEachKey((b, h, j) =>
        {
            if (j >= Keys(b))
            {
                return;
            }

            var token = Token(b, h, j, Shape.KeyLength);
            var features = FeaturesOf(Key[(token * Dim)..((token + 1) * Dim)]);
            for (var r = 0; r < Features; r++)
            {
                for (var v = 0; v <= Values; v++)
                {
                    state[((b * Shape.Heads + h) * Features + r) * (Values + 1) + v] +=
                        features[r] * (v == Values ? 1 : Value[token * Values + v]);
                }
            }
        });
        return state;
    }

    public static double LinearWeight(float[] q, float[] k) => FeaturesOf(q).Zip(FeaturesOf(k), (a, b) => a * b).Sum();

    public static double SquareWeight(float[] q, float[] k)
    {
        var product = q.Zip(k, (a, b) => (double)a * b).Sum();
        return product * product + 1;
    }

    /// <summary>Sums of at most 70 products in float, each rounded a few times: 70 · 2^-24 · 2 = 1e-5 of the largest.</summary>
    public static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var limit = 1e-5 * expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (var i = 0; i < expected.Length; i++)
        {
            var same = double.IsFinite(expected[i]) ? Math.Abs(expected[i] - actual[i]) <= limit : expected[i] == actual[i];
            Assert.True(same, $"[{i}]: expected {expected[i]}, actual {actual[i]}");
        }
    }

    private static double[] FeaturesOf(float[] x) =>
    [
        .. Enumerable.Range(0, Features).Select(r => Math.Abs(x.Select((value, c) => (double)value * W.Weights[r * Dim + c]).Sum()) + 0.5),
    ];

    private int Keys(int batch) => KeyLengths.Length == 0 ? Shape.KeyLength : KeyLengths[batch];

    private int Token(int b, int h, int i, int length) =>
        Shape.Layout == TensorLayout.BatchHeadLengthDim ? (b * Shape.Heads + h) * length + i : (b * length + i) * Shape.Heads + h;

    private void ForEachKey(Action<int, int, int> action)
    {
        for (var b = 0; b < Shape.Batch; b++)
        {
            for (var h = 0; h < Shape.Heads; h++)
            {
                for (var j = 0; j < Shape.KeyLength; j++)
                {
                    action(b, h, j);
                }
            }
        }
    }
}
