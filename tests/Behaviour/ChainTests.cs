using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>The chain of proof: the paper's formula ⇄ the tile program in double ⇄ the emitted kernel at the width in force.</summary>
public class ChainTests
{
    /// <summary>Lengths around the tiles of the kernels (48 tokens, 192 queries) and strips (12 rows).</summary>
    private static readonly int[] Lengths = [0, 1, 2, 12, 17, 47, 48, 49, 97, 191, 193];

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Tile_program_computes_the_formula(Layer layer)
    {
        var (_, weights) = layer.Create();
        foreach (var (length, tileRows) in new[] { (0, 4), (1, 4), (7, 3), (23, 5), (23, 48) })
        {
            var inputs = new Inputs(layer, length, length, seed: length);
            var (expected, expectedLog) = inputs.Naive(weights);
            var (actual, actualLog, _) = inputs.Interpret(weights, tileRows);

            // Both are double: what is left is rounding, and features flushed below e^-35 of their reference; hyperparameters are float32.
            var tolerance = layer.Hyperparameters.Length == 0 ? 1e-11 : 1e-6;
            Compare.Close(expected, actual, tolerance);
            Compare.Close(expectedLog, actualLog, tolerance);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Kernel_computes_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var length in Lengths)
        {
            foreach (var scale in new[] { 0.3f, 1f, 2f })
            {
                var inputs = new Inputs(layer, length, length, seed: 100 + length, scale);
                var context = new BackwardContext();
                var (expected, expectedLog) = inputs.Naive(weights);
                var tolerance = inputs.Tolerance(weights);
                Compare.Close(expected, inputs.Forward(attention, context), tolerance);

                // A logarithm near 0 has the absolute error of the weights' relative one.
                foreach (var (log, i) in expectedLog.Select((log, i) => (log, i)))
                {
                    Assert.InRange(context.LogSumExp[i] - log, -tolerance - (1e-6 * Math.Abs(log)), tolerance + (1e-6 * Math.Abs(log)));
                }
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Kernel_computes_cross_attention(Layer layer)
    {
        if (layer.Causal)
        {
            return;
        }

        var (attention, weights) = layer.Create();
        foreach (var (queries, keys) in new[] { (1, 100), (100, 1), (50, 19), (0, 5), (130, 97), (3, 0) })
        {
            var inputs = new Inputs(layer, queries, keys, seed: queries);
            Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), inputs.Tolerance(weights));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Any_degree_of_parallelism_computes_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        var inputs = new Inputs(layer, 500, 500, seed: 3);
        var expected = inputs.Naive(weights).Output;
        foreach (var degree in new[] { 1, 2, 3, 5, 9 })
        {
            attention.DegreeOfParallelism = degree;
            var output = inputs.Forward(attention);
            Compare.Close(expected, output, inputs.Tolerance(weights));
            Compare.Same(output, inputs.Forward(attention));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Degree_changes_no_bit_where_no_head_is_split(Layer layer)
    {
        var (attention, _) = layer.Create();
        var random = new Random(9);
        var shape = new AttentionShape(2, 6, 130);
        var query = Inputs.Normal(random, 12 * 130 * layer.HeadDim, 1);
        var key = Inputs.Normal(random, 12 * 130 * layer.HeadDim, 1);
        var value = Inputs.Normal(random, 12 * 130 * layer.ValueDim, 1);
        float[]? first = null;
        foreach (var degree in new[] { 1, 2, 3, 4, 6, 12 })
        {
            attention.DegreeOfParallelism = degree;
            var output = new float[value.Length];
            attention.Forward(query, key, value, output, shape);
            Compare.Same(first ??= output, output);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Batches_heads_layouts_and_key_lengths(Layer layer)
    {
        const int batch = 2, heads = 3, length = 53;
        var (attention, weights) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        int[] keyLengths = [31, 0];
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            var random = new Random(5);
            var query = Inputs.Normal(random, batch * heads * length * d, 1);
            var key = Inputs.Normal(random, batch * heads * length * d, 1);
            var value = Inputs.Normal(random, batch * heads * length * dv, 1);
            var output = new float[batch * heads * length * dv];
            var shape = new AttentionShape(batch, heads, length, layout);
            var context = new BackwardContext();

            // What must not be read is NaN.
            for (var b = 0; b < batch; b++)
            {
                for (var h = 0; h < heads; h++)
                {
                    for (var t = keyLengths[b]; t < length; t++)
                    {
                        key.AsSpan(Token(layout, b, h, t) * d, d).Fill(float.NaN);
                        value.AsSpan(Token(layout, b, h, t) * dv, dv).Fill(float.NaN);
                    }
                }
            }

            attention.Forward(query, key, value, output, shape, new() { Context = context, KeyLengths = keyLengths });
            for (var b = 0; b < batch; b++)
            {
                for (var h = 0; h < heads; h++)
                {
                    var (oneQuery, oneKey, oneValue) = (new float[length * d], new float[keyLengths[b] * d], new float[keyLengths[b] * dv]);
                    var actual = new float[length * dv];
                    for (var t = 0; t < length; t++)
                    {
                        var token = Token(layout, b, h, t);
                        query.AsSpan(token * d, d).CopyTo(oneQuery.AsSpan(t * d));
                        output.AsSpan(token * dv, dv).CopyTo(actual.AsSpan(t * dv));
                        if (t < keyLengths[b])
                        {
                            key.AsSpan(token * d, d).CopyTo(oneKey.AsSpan(t * d));
                            value.AsSpan(token * dv, dv).CopyTo(oneValue.AsSpan(t * dv));
                        }
                    }

                    var (expected, expectedLog) = NaiveAttention.Compute(layer, oneQuery, oneKey, oneValue, weights);
                    var tolerance = 16 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(layer, oneQuery, oneKey, weights);
                    Compare.Close(expected, actual, tolerance);
                    Assert.Equal(keyLengths[b] == 0, float.IsNegativeInfinity(context.LogSumExp[((b * heads) + h) * length]));
                }
            }
        }

        static int Token(TensorLayout layout, int b, int h, int t) =>
            layout == TensorLayout.BatchHeadLengthDim ? (((b * heads) + h) * length) + t : (((b * length) + t) * heads) + h;
    }

    [Fact]
    public void Sums_over_a_quarter_million_keys_do_not_drift()
    {
        // Added one by one, the sums would be off by 1e-4 at this length: a sum of n terms of one size rounds by about n/2 of a term's last
        // bit.
        foreach (var layer in new[] { Layer.Of<Softmax8>(), Layer.Of<Relu8>(), Layer.Of<Exact8>() })
        {
            var (attention, weights) = layer.Create();
            var inputs = new Inputs(layer, 3, 1 << 18, seed: 8);
            foreach (ref var x in inputs.Value.AsSpan())
            {
                x += 3;
            }

            Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), 1e-5);
        }
    }

    [Fact]
    public void The_width_in_force_is_the_one_that_was_asked_for()
    {
        // Without a wish, the widest that the machine computes with.
        var expected = Environment.GetEnvironmentVariable("KERNELGEN_EXPECTED_WIDTH") is { Length: > 0 } wish
            ? int.Parse(wish, System.Globalization.CultureInfo.InvariantCulture)
            : System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 512
            : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 256
            : 128;
        Assert.Equal(expected, new Softmax16(seed: 1).VectorBits);
        Assert.Equal(expected, new Exact16().VectorBits);
    }
}
