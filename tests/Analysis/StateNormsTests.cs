using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Are the norms those of the rows of S, at any size of keys and after any number of tokens?</summary>
public sealed class StateNormsTests
{
    private const int Dim = 8, ValueDim = 5;

    private static readonly Projection W = Projection.Orthogonal(12, Dim, seed: 3);

    [Fact]
    public void They_are_those_of_the_plain_sums()
    {
        const int length = 150;
        var key = Samples.Normal(length * Dim, seed: 1, deviation: 0.5);
        var value = Samples.Normal(length * ValueDim, seed: 2);
        foreach (var map in new[] { FeatureMap.Positive, FeatureMap.Hyperbolic, FeatureMap.Trigonometric, FeatureMap.Of(MathF.Tanh, 0.1f) })
        {
            var norms = StateNorms.Measure(map, W, key, value, new AttentionShape(1, 1, length), 0, 0, times: 4);
            Assert.Equal([37, 75, 112, 150], norms.Tokens.ToArray());
            Assert.Equal(12 * map.Branches, norms.Features);
            var features = Samples.Features(map, key, W);
            for (var time = 0; time < 4; time++)
            {
                for (var r = 0; r < norms.Features; r++)
                {
                    var row = new double[ValueDim];
                    for (var i = 0; i < norms.Tokens[time] * ValueDim; i++)
                    {
                        row[i % ValueDim] += features[i / ValueDim * norms.Features + r] * value[i];
                    }

                    var expected = Math.Log(Math.Sqrt(row.Sum(x => x * x)));
                    Assert.Equal(expected, norms.LogNorms[time * norms.Features + r], tolerance: 1e-10);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public void Of_one_token_they_are_its_feature_times_its_value(float scale)
    {
        var key = Array.ConvertAll(Samples.Normal(Dim, seed: 1), x => x * scale);
        float[] value = [3, 0, 4, 0, 0];
        var (log, gain) = (new double[12], new double[12]);
        FeatureMap.Positive.Compute(key, W, log, gain);
        var norms = StateNorms.Measure(FeatureMap.Positive, W, key, value, new AttentionShape(1, 1, 1), 0, 0);
        Assert.Equal([1], norms.Tokens.ToArray());
        Assert.All(log.Zip(norms.LogNorms.ToArray()), pair => Assert.Equal(pair.First + Math.Log(5), pair.Second, tolerance: 1e-9));
        Assert.InRange(norms.EffectiveFeatures(0), 1 - 1e-9, 12);
    }

    [Fact]
    public void A_token_that_is_not_a_number_spoils_what_comes_after_it_alone()
    {
        var key = Samples.Normal(10 * Dim, seed: 1);
        key[5 * Dim] = float.NaN;
        var norms = StateNorms.Measure(
            FeatureMap.Positive, W, key, Samples.Normal(10 * ValueDim, seed: 2), new AttentionShape(1, 1, 10), 0, 0, times: 10);
        Assert.True(norms.LogNorms[..(5 * 12)].ToArray().All(double.IsFinite));
        Assert.True(norms.LogNorms[(5 * 12)..].ToArray().All(double.IsNaN));
        Assert.True(double.IsFinite(norms.EffectiveFeatures(4)));
        Assert.True(double.IsNaN(norms.EffectiveFeatures(5)));
    }

    [Fact]
    public void Keys_that_do_not_count_are_not_read()
    {
        var key = Samples.Normal(10 * Dim, seed: 1);
        var value = Samples.Normal(10 * ValueDim, seed: 2);
        AttentionShape shape = new(1, 1, 10);
        var expected = StateNorms.Measure(
            FeatureMap.Positive, W, key[..(7 * Dim)], value[..(7 * ValueDim)], new AttentionShape(1, 1, 7), 0, 0);
        key.AsSpan(7 * Dim).Fill(float.NaN);
        var norms = StateNorms.Measure(FeatureMap.Positive, W, key, value, shape, 0, 0, keyLength: 7);
        Assert.Equal(expected.LogNorms.ToArray(), norms.LogNorms.ToArray());

        var none = StateNorms.Measure(FeatureMap.Positive, W, key, value, shape, 0, 0, keyLength: 0);
        Assert.Equal(0, none.Tokens.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => none.EffectiveFeatures(0));
    }

    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void A_head_is_found_in_either_layout_and_where_heads_share_keys(TensorLayout layout)
    {
        const int length = 20;
        var shape = new AttentionShape(2, 4, length, layout) with { KeyHeads = 2 };
        var key = Samples.Normal(2 * 2 * length * Dim, seed: 1);
        var value = Samples.Normal(2 * 2 * length * ValueDim, seed: 2);
        var own = StateNorms.Measure(
            FeatureMap.Positive, W, Own(key, Dim), Own(value, ValueDim), new AttentionShape(1, 1, length), 0, 0);
        Assert.Equal(
            own.LogNorms.ToArray(), StateNorms.Measure(FeatureMap.Positive, W, key, value, shape, batch: 1, head: 3).LogNorms.ToArray());

        float[] Own(float[] tensor, int dim) => [.. Enumerable.Range(0, length).SelectMany(token =>
        {
            var place = layout == TensorLayout.BatchHeadLengthDim ? (2 + 1) * length + token : (length + token) * 2 + 1;
            return tensor[(place * dim)..((place + 1) * dim)];
        })];
    }

    [Fact]
    public void Features_that_matter_are_counted()
    {
        var equal = StateNorms.Measure(
            FeatureMap.Of(_ => 1), W, new float[Dim], [1, 2, 3, 4, 5], new AttentionShape(1, 1, 1), 0, 0);
        Assert.Equal(12, equal.EffectiveFeatures(0), tolerance: 1e-9);

        // The key is as long as a row of W in its direction, and far from all others.
        var key = W.Weights[..Dim].ToArray();
        var one = StateNorms.Measure(
            FeatureMap.Positive, W, Array.ConvertAll(key, x => 100 * x), [1, 2, 3, 4, 5], new AttentionShape(1, 1, 1), 0, 0);
        Assert.InRange(one.EffectiveFeatures(0), 1 - 1e-9, 1.5);

        var none = StateNorms.Measure(FeatureMap.Positive, W, key, new float[ValueDim], new AttentionShape(1, 1, 1), 0, 0);
        Assert.All(none.LogNorms.ToArray(), log => Assert.Equal(double.NegativeInfinity, log));
        Assert.True(double.IsNaN(none.EffectiveFeatures(0)));
    }

    [Fact]
    public void Wrong_arguments_are_refused_with_both_numbers()
    {
        var tokens = new float[5 * Dim];
        AttentionShape shape = new(1, 1, 5);
        Refused<ArgumentException>(() => Measure(tokens, tokens, new AttentionShape(1, 1, 6)), "40", "48");
        Refused<ArgumentException>(() => Measure(tokens, tokens[1..], shape), "39", "5");
        Refused<ArgumentException>(() => Measure([], [], new AttentionShape(1, 1, 0)), "0 tokens");
        Refused<ArgumentOutOfRangeException>(() => Measure(tokens, tokens, shape, head: 1), "1", "1 heads");
        Refused<ArgumentOutOfRangeException>(() => Measure(tokens, tokens, shape, times: 0), "0", "1");
        Refused<ArgumentOutOfRangeException>(() => Measure(tokens, tokens, shape, keyLength: 6), "6", "5");

        static void Measure(float[] key, float[] value, AttentionShape shape, int head = 0, int times = 64, int? keyLength = null) =>
            StateNorms.Measure(FeatureMap.Positive, W, key, value, shape, 0, head, times, keyLength);

        static void Refused<T>(Action call, params string[] parts)
            where T : Exception
        {
            var message = Assert.Throws<T>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }
}
