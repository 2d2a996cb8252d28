using KernelGen.Tests.Behaviour.Drifting;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Sums of many equal summands, whose rounding has one sign: an average of equal values is that value, after millions of tokens and over
/// thousands of features. Random inputs average such faults away; a bias or a mask column in V is enough to meet them.
/// </summary>
/// <remarks>
/// A group of 64 tiles is summed plainly, up to 112 roundings in all: 3.4e-6 at worst (generator/Backends/README.md). 1e-5 is what is
/// promised.
/// </remarks>
public class DriftTests
{
    private const double Promised = 1e-5;
    private const int Million = 1_000_000;

    public static TheoryData<Layer> Tiny => [.. Layer.In("KernelGen.Tests.Behaviour.Drifting").Where(layer => layer.HeadDim == 1)];

    public static TheoryData<Layer> LongSums => [.. Layer.In("KernelGen.Tests.Behaviour.Drifting").Where(layer => layer.HeadDim > 1)];

    [Theory]
    [MemberData(nameof(Tiny))]
    public void A_million_equal_tokens(Layer layer)
    {
        foreach (var value in new[] { 0.3f, 1.1f })
        {
            foreach (var degree in new[] { 1, 3 })
            {
                AreEqual(layer, value, OfOneSum(layer) ? Million : 5_000, degree);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tiny))]
    public void Sixteen_million_equal_tokens(Layer layer)
    {
        if (OfOneSum(layer))
        {
            AreEqual(layer, 0.3f, 16 * Million, degree: 1);
        }
    }

    [Fact]
    public void A_constant_column_among_random_ones()
    {
        const int length = 100_000;
        foreach (var layer in new[] { Layer.Of<CausalSoftmax8>(), Layer.Of<Softmax8>(), Layer.Of<CausalRelu8>() })
        {
            var (attention, _) = layer.Create();
            var inputs = new Inputs(layer, length, length, seed: 1, scale: 0.5f);
            for (var t = 0; t < length; t++)
            {
                inputs.Value[t * layer.ValueDim] = 0.3f;
            }

            var output = inputs.Forward(attention);
            for (var t = 0; t < length; t++)
            {
                Assert.InRange(output[t * layer.ValueDim], 0.3f * (1 - Promised), 0.3f * (1 + Promised));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tiny))]
    public void Gradients_of_a_million_equal_tokens(Layer layer)
    {
        var (attention, _) = layer.Create();
        if (!OfOneSum(layer))
        {
            return;
        }

        // Exact attention with one query: every weight is 1/L. The others: query i gives each key that it sees 1/(its number).
        var queries = layer.Kernel is null ? 1 : Million;
        var gradients = Backward(attention, new AttentionShape(1, 1, queries, Million), value: 0.3f);
        double expected = 0, largest = 0, worst = 0;
        for (var t = Million - 1; t >= 0; t--)
        {
            expected = layer.Causal ? expected + (1.0 / (t + 1)) : queries / (double)Million;
            (largest, worst) = (Math.Max(largest, expected), Math.Max(worst, Math.Abs(gradients.Value[t] - expected)));
        }

        Assert.InRange(worst / largest, 0, Promised);
        Assert.All(gradients.Query.Concat(gradients.Key), x => Assert.InRange(x / largest, -Promised, Promised));
    }

    [Fact]
    public void Gradients_of_one_key_that_a_million_queries_see()
    {
        var gradients = Backward(new TinyExact(), new AttentionShape(1, 1, Million, 1), value: 0.3f);
        Assert.InRange(gradients.Value[0], Million * (1 - Promised), Million * (1 + Promised));
    }

    [Fact]
    public void A_million_steps()
    {
        foreach (var attention in new IAttention[] { new TinyCausalSoftmax(1), new TinyCausalElu(1) })
        {
            using var state = attention.CreateDecodingState();
            var (zero, value, output) = (new float[1], new[] { 0.3f }, new float[1]);
            for (var t = 0; t < Million; t++)
            {
                state.Step(zero, zero, value, output);
                Assert.InRange(output[0], 0.3f * (1 - Promised), 0.3f * (1 + Promised));
            }
        }
    }

    [Fact]
    public void Steps_of_exact_attention()
    {
        using var state = new TinyCausalExact().CreateDecodingState();
        var (zeros, values) = (new float[Million], Equal(Million, 0.3f));
        state.Prefill(zeros, zeros, values, [], new AttentionShape(1, 1, Million));
        var output = new float[1];
        state.Step([0], [0], [0.3f], output);
        Assert.InRange(output[0], 0.3f * (1 - Promised), 0.3f * (1 + Promised));
    }

    [Fact]
    public void A_million_items_in_pieces_of_any_size()
    {
        foreach (var piece in new[] { 1_000, 37, 100_000 })
        {
            var items = new TinySoftmax(1).CreateItemSet();
            for (var from = 0; from < Million; from += piece)
            {
                var count = Math.Min(piece, Million - from);
                items.Add(new float[count], Equal(count, 0.3f));
            }

            var output = new float[1];
            items.Attend(new float[1], output);
            Assert.InRange(output[0], 0.3f * (1 - Promised), 0.3f * (1 + Promised));
        }
    }

    [Theory]
    [MemberData(nameof(LongSums))]
    public void Sums_over_thousands_of_features_are_summed_in_parts(Layer layer)
    {
        const int length = 50;
        var (attention, _) = layer.Create();
        var shape = new AttentionShape(1, 1, length);
        var (zeros, values) = (new float[length * layer.HeadDim], Equal(length * layer.ValueDim, 0.3f));
        var context = new BackwardContext();
        var output = new float[values.Length];
        attention.Forward(zeros, zeros, values, output, shape, new() { Context = context });
        Assert.All(output, x => Assert.InRange(x, 0.3f * (1 - Promised), 0.3f * (1 + Promised)));
        for (var t = 0; t < length; t++)
        {
            // The sum itself, not only its ratio to another with the same rounding.
            var sum = Math.Log(Math.Max(layer.Features, 1) * (layer.Causal ? t + 1.0 : length));
            Assert.InRange(context.LogSumExp[t] - sum, -Promised, Promised);
        }

        if (layer.Causal)
        {
            using var state = attention.CreateDecodingState();
            for (var t = 0; t < length; t++)
            {
                state.Step(
                    zeros.AsSpan(0, layer.HeadDim), zeros.AsSpan(0, layer.HeadDim), values.AsSpan(0, layer.ValueDim),
                    output.AsSpan(0, layer.ValueDim));
                Assert.All(output[..layer.ValueDim], x => Assert.InRange(x, 0.3f * (1 - Promised), 0.3f * (1 + Promised)));
            }
        }
    }

    [Fact]
    public void Scores_of_a_thousand_equal_products()
    {
        // s = 1023·a²/√1023 for each key, and 0 for the last: its weight is e^−s of the others', and shows an error of s.
        const int keys = 3;
        const float a = 0.3f;
        var attention = new LongKeys();
        var shape = new AttentionShape(1, 1, 1, keys);
        var key = Equal(keys * 1023, a);
        key.AsSpan((keys - 1) * 1023).Clear();
        var (output, value) = (new float[3], new float[keys * 3]);
        value[^3] = 1;
        attention.Forward(Equal(1023, a), key, value, output, shape);
        var weight = Math.Exp(-(double)a * a * Math.Sqrt(1023));
        Assert.InRange(output[0] / (weight / (keys - 1 + weight)), 1 - Promised, 1 + Promised);
    }

    /// <summary>Whether a million tokens are a million summands, and not their square.</summary>
    private static bool OfOneSum(Layer layer) => layer.Kernel is not null || !layer.Causal;

    private static float[] Equal(int count, float value)
    {
        var numbers = new float[count];
        numbers.AsSpan().Fill(value);
        return numbers;
    }

    private static void AreEqual(Layer layer, float value, int length, int degree)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = degree;
        var (zeros, values) = (new float[length], Equal(length, value));
        var queries = layer.Kernel is null && !layer.Causal ? 1 : length;
        var output = new float[queries];
        attention.Forward(zeros.AsSpan(0, queries), zeros, values, output, new AttentionShape(1, 1, queries, length));
        var (least, most) = (output.Min(), output.Max());
        Assert.InRange(least, value * (1 - Promised), value * (1 + Promised));
        Assert.InRange(most, value * (1 - Promised), value * (1 + Promised));
        Assert.All(output.Where((_, i) => i % 100_003 == 0), x => Assert.False(float.IsNaN(x)));
    }

    /// <summary>The gradients of Σ outputs, all queries and keys being 0 and all values equal.</summary>
    private static Gradients<float> Backward(IAttention attention, AttentionShape shape, float value)
    {
        var (query, key, values) = (new float[shape.QueryLength], new float[shape.KeyLength], Equal(shape.KeyLength, value));
        var (output, context) = (new float[shape.QueryLength], new BackwardContext());
        attention.Forward(query, key, values, output, shape, new() { Context = context });
        var gradients = new Gradients<float>(new float[shape.QueryLength], new float[shape.KeyLength], new float[shape.KeyLength]);
        attention.Backward(
            query, key, values, output, context, Equal(shape.QueryLength, 1), gradients.Query, gradients.Key, gradients.Value, shape);
        return gradients;
    }
}
