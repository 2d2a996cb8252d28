using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Sequences, heads, both layouts and key lengths: each head is what it would be alone.</summary>
public class BatchTests
{
    private const int Batch = 2, Heads = 2, Length = 37;

    private static readonly int[] KeyLengths = [33, 0];

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Each_head_is_what_it_would_be_alone(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            Check(layer, gpu, layout);
        }
    }

    private static void Check(Layer layer, GpuLayer gpu, TensorLayout layout)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var random = new Random(5);
        var query = Inputs.Normal(random, Batch * Heads * Length * d, 1);
        var key = Inputs.Normal(random, Batch * Heads * Length * d, 1);
        var value = Inputs.Normal(random, Batch * Heads * Length * dv, 1);

        // What must not be read is NaN.
        foreach (var (b, h, t) in Tokens().Where(token => token.T >= KeyLengths[token.B]))
        {
            key.AsSpan(Row(layout, b, h, t) * d, d).Fill(float.NaN);
            value.AsSpan(Row(layout, b, h, t) * dv, dv).Fill(float.NaN);
        }

        var (output, logSumExp) = gpu.Forward(query, key, value, new AttentionShape(Batch, Heads, Length, layout), KeyLengths);
        foreach (var (b, h, _) in Tokens().Where(token => token.T == 0))
        {
            float[] Head(float[] tensor, int dim, int count) =>
                [.. Enumerable.Range(0, count).SelectMany(t => tensor.AsSpan(Row(layout, b, h, t) * dim, dim).ToArray())];
            var (oneQuery, oneKey, oneValue) = (Head(query, d, Length), Head(key, d, KeyLengths[b]), Head(value, dv, KeyLengths[b]));
            var (expected, _) = NaiveAttention.Compute(layer, oneQuery, oneKey, oneValue, gpu.Weights);

            // As Inputs.Tolerance.
            var tolerance = 16 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(layer, oneQuery, oneKey, gpu.Weights);
            Compare.Close(expected, Head(output, dv, Length), tolerance);
            Assert.Equal(KeyLengths[b] == 0, float.IsNegativeInfinity(logSumExp[((b * Heads) + h) * Length]));
        }
    }

    private static IEnumerable<(int B, int H, int T)> Tokens() =>
        from b in Enumerable.Range(0, Batch) from h in Enumerable.Range(0, Heads) from t in Enumerable.Range(0, Length) select (b, h, t);

    private static int Row(TensorLayout layout, int b, int h, int t) =>
        layout == TensorLayout.BatchHeadLengthDim ? (((b * Heads) + h) * Length) + t : (((b * Length) + t) * Heads) + h;
}
