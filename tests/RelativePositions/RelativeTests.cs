using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.RelativePositions;

/// <summary>Exact attention whose scores know distances, against the formula, forward and backward.</summary>
public sealed class RelativeTests
{
    // A lane, a strip of 12, a tile of 48 and one of 192, and one token more and less; a segment after a memory.
    private static readonly (int Queries, int Keys)[] Lengths =
    [
        (1, 1), (1, 38), (2, 2), (11, 11), (13, 13), (15, 30), (17, 17), (32, 37), (40, 40),
    ];

    private static readonly (int Queries, int Keys)[] LongLengths =
        [(47, 47), (48, 49), (50, 147), (97, 193), (191, 191), (193, 193), (192, 240), (5, 290), (250, 290), (200, 200)];

    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Outputs_and_gradients_are_the_formula(RelativeLayer layer)
    {
        foreach (var (queries, keys) in Lengths.Concat(LongLengths).Where(one => one.Keys <= layer.Distances))
        {
            new RelativeCall(layer, new AttentionShape(1, 1, queries, keys), seed: keys).Check(degree: 1);
        }
    }

    [Fact]
    public void Many_tiles_are_the_formula()
    {
        new RelativeCall(RelativeLayer.Of(typeof(Segments)), new AttentionShape(1, 1, 300, 700)).Check(degree: 2);
        new RelativeCall(RelativeLayer.Of(typeof(CappedWithSinks)), new AttentionShape(1, 1, 500, 500)).Check(degree: 2);
    }

    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Heads_sequences_and_layouts_are_the_formula(RelativeLayer layer)
    {
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            var shape = new AttentionShape(2, 4, 15, 38) { KeyHeads = 2, Layout = layout };
            new RelativeCall(layer, shape).Check(degree: 2);
            new RelativeCall(layer, shape) { KeyLengths = [38, 21] }.Check(degree: 1);
            new RelativeCall(layer, new AttentionShape(3, 2, 16, 16) { Layout = layout }).Check(degree: 2);
        }
    }

    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Threads_change_no_bit(RelativeLayer layer)
    {
        var call = new RelativeCall(layer, new AttentionShape(2, 3, 40, 40));
        var (one, two) = (call.Compute(degree: 1), call.Compute(degree: 2));
        foreach (var (a, b) in one.All.Zip(two.All))
        {
            Compare.Same(a, b);
        }
    }

    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Gradients_are_added_to_what_is_there(RelativeLayer layer)
    {
        var call = new RelativeCall(layer, new AttentionShape(2, 2, 20, 39));
        var (overwritten, added) = (call.Compute(degree: 1), call.Compute(degree: 1, start: 3));
        foreach (var (once, more) in overwritten.All.Zip(added.All).Skip(1))
        {
            Compare.Close([.. once.Select(number => number + 3.0)], more, 1e-6);
        }
    }

    /// <summary>Keys, values and what a later token alone is asked for do not reach an earlier query.</summary>
    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Later_tokens_change_no_bit(RelativeLayer layer)
    {
        var length = Math.Min(layer.Distances, 260);
        var shape = new AttentionShape(1, 1, length, length);
        var call = new RelativeCall(layer, shape);
        var before = call.Compute(degree: 1).Output;
        var changed = length * 2 / 3;
        foreach (var (tensor, columns) in new[]
        {
            (call.Query, layer.HeadDim), (call.Key, layer.HeadDim), (call.Value, layer.ValueDim), (call.Positions, layer.HeadDim),
        })
        {
            tensor.AsSpan(changed * columns).Fill(1e3f);
        }

        // A distance that no earlier query is from a key.
        call.Distances.AsSpan(changed * layer.HeadDim, (layer.Distances - changed) * layer.HeadDim).Fill(-7);
        Compare.Same(before.AsSpan(0, changed * layer.ValueDim), call.Compute(degree: 1).Output.AsSpan(0, changed * layer.ValueDim));
    }

    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Structured_tokens_are_the_formula(RelativeLayer layer)
    {
        var length = Math.Min(layer.Distances, 70);
        foreach (var (name, number) in new (string, Func<int, int, float>)[]
        {
            ("equal", (_, _) => 0.5f),
            ("zero", (_, _) => 0),
            ("ramp", (row, column) => (0.01f * row) - (0.02f * column)),
            ("one sign", (row, column) => 0.3f + (0.1f * ((row + column) % 3))),
            ("falling", (row, column) => (float)Math.Pow(0.9, row) * ((column % 2) - 0.5f)),
            ("one hot", (row, column) => row % layer.HeadDim == column ? 2 : 0),
        })
        {
            var call = new RelativeCall(layer, new AttentionShape(1, 1, length - 5, length));
            foreach (var tensor in new[] { call.Query, call.Key, call.Positions, call.Distances })
            {
                for (var at = 0; at < tensor.Length; at++)
                {
                    tensor[at] = number(at / layer.HeadDim, at % layer.HeadDim);
                }
            }

            Assert.NotEmpty(name);
            call.Check(degree: 1);
        }
    }

    /// <summary>Where all keys of distances are equal they add the same to all scores of a query, and change nothing.</summary>
    [Fact]
    public void Equal_distances_are_attention_without_them()
    {
        var layer = RelativeLayer.Of(typeof(Wide));
        var call = new RelativeCall(layer, new AttentionShape(1, 1, 1000, 1000));
        for (var at = 0; at < call.Distances.Length; at++)
        {
            call.Distances[at] = call.Distances[at % layer.HeadDim];
        }

        var expected = new float[call.Value.Length];
        new PlainCausal().Forward(call.Query, call.Key, call.Value, expected, call.Shape);
        var actual = new float[expected.Length];
        var attention = layer.Create();
        layer.Forward(attention, call.Query, call.Key, call.Value, call.Positions, call.Distances, actual, call.Shape, default);
        Compare.Close([.. expected.Select(number => (double)number)], actual, 1e-5);
    }

    [Fact]
    public void NaN_of_a_token_that_is_not_seen_reaches_nothing()
    {
        var layer = RelativeLayer.Of(typeof(Segments));
        var call = new RelativeCall(layer, new AttentionShape(1, 1, 300, 300));
        call.Key.AsSpan(290 * layer.HeadDim, layer.HeadDim).Fill(float.NaN);
        var output = call.Compute(degree: 1).Output;
        Assert.All(output.Take(240 * layer.ValueDim), number => Assert.False(float.IsNaN(number)));
        Assert.All(output.Skip(290 * layer.ValueDim), number => Assert.True(float.IsNaN(number)));
    }

    /// <summary>A query sees no key that is further away, however many there are.</summary>
    [Fact]
    public void Windows_no_wider_than_the_distances_have_any_length()
    {
        var layer = RelativeLayer.Of(typeof(SameLength));
        new RelativeCall(layer, new AttentionShape(1, 1, 400, 400)).Check(degree: 2);
        new RelativeCall(layer, new AttentionShape(1, 2, 10, 301)).Check(degree: 1);
    }

    /// <summary>Each sequence counts its own distances; gradients of their keys are sums over all sequences.</summary>
    [Fact]
    public void Packed_sequences_are_as_if_alone()
    {
        int[] lengths = [30, 0, 1, 97];
        var layer = RelativeLayer.Of(typeof(Segments));
        var packed = new PackedBatch(Layer.Of(typeof(Segments)), lengths, heads: 2, keyHeads: 2);
        var random = new Random(3);
        var r = Inputs.Normal(random, 2 * layer.Distances * layer.HeadDim, 1);
        var (output, gradient) = Run(packed);
        var expected = new double[r.Length];
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            var alone = Run(packed.Alone(sequence));
            Compare.Same(alone.Output, packed.OfQueries(output, sequence, Segments.ValueDim));
            expected = [.. expected.Zip(alone.Gradient, (sum, x) => sum + x)];
        }

        Compare.Close(expected, gradient, 1e-5);

        // Queries of positions are here those of content.
        (float[] Output, float[] Gradient) Run(PackedBatch batch)
        {
            var attention = layer.Create(degree: 2);
            using var context = new BackwardContext();
            var (q, k, v, o, dr) = (batch.Query, batch.Key, batch.Value, new float[batch.Upstream.Length], new float[r.Length]);
            layer.Forward(attention, q, k, v, q, r, o, batch.Shape, new() { Context = context, Offsets = batch.Offsets });
            layer.Backward(
                attention, q, k, v, q, r, o, context, batch.Upstream, new float[q.Length], new float[k.Length], new float[v.Length],
                new float[q.Length], dr, batch.Shape, default);
            return (o, dr);
        }
    }

    [Fact]
    public void Empty_calls_clear_what_all_sequences_add_to()
    {
        var layer = RelativeLayer.Of(typeof(Segments));
        var none = new RelativeCall(layer, new AttentionShape(1, 1, 0, 0)).Compute(degree: 1);
        Assert.All(none.Distances, number => Assert.Equal(0, number));
    }

    [Fact]
    public void Wrong_sizes_are_named()
    {
        var layer = RelativeLayer.Of(typeof(OneNumber));
        var attention = layer.Create();
        var shape = new AttentionShape(1, 1, 41, 41);
        var (x, r) = (new float[41], new float[40]);
        var tooLong = Assert.Throws<ArgumentException>(() => layer.Forward(attention, x, x, x, x, r, new float[41], shape, default));
        Assert.Contains("41 keys", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("at most 40", tooLong.Message, StringComparison.Ordinal);

        var (y, s) = (new float[4], new float[39]);
        var tooFew = Assert.Throws<ArgumentException>(
            () => layer.Forward(attention, y, y, y, y, s, new float[4], new AttentionShape(1, 1, 4, 4), default));
        Assert.Contains("39", tooFew.Message, StringComparison.Ordinal);
        Assert.Contains("40", tooFew.Message, StringComparison.Ordinal);

        var missing = Assert.Throws<ArgumentException>(() => attention.Forward(y, y, y, new float[4], new AttentionShape(1, 1, 4, 4)));
        Assert.Contains("positionQuery", missing.Message, StringComparison.Ordinal);
    }
}
