using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Linformer;

/// <summary>Linformer layers, forward and backward, against the formula in double.</summary>
public sealed class LinformerTests
{
    /// <summary>
    /// No token, one, fewer keys than rows of E, as many; a tile and one more; more than one group of keys where the rows suffice.
    /// </summary>
    private static readonly (int Queries, int Keys)[] Lengths = [(0, 0), (0, 4), (3, 0), (1, 1), (2, 40), (40, 39), (17, 7), (193, 31)];

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_the_formula(LinformerLayer layer)
    {
        foreach (var (queries, keys) in Lengths)
        {
            new LinformerCall(layer, new AttentionShape(2, 3, queries, keys)).Check(degree: 1 + (queries % 2));
        }
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void As_many_keys_as_there_are_rows(LinformerLayer layer) =>
        new LinformerCall(layer, new AttentionShape(1, 1, 5, layer.MaxLength)).Check(degree: 2);

    /// <summary>Past the first group of 3,072 tokens sums have rests, in one thread and in several.</summary>
    [Fact]
    public void Queries_of_several_groups()
    {
        foreach (var degree in new[] { 1, 2 })
        {
            new LinformerCall(LinformerLayer.Of<SharedByHeads>(), new AttentionShape(1, 1, 6_200, 20)).Check(degree);
        }
    }

    /// <summary>What is not finite spoils its own head, and nothing else.</summary>
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_stays_in_its_head(float number)
    {
        var layer = LinformerLayer.Of<OfEachHead>();
        var call = new LinformerCall(layer, new AttentionShape(1, 2, 5, 9));
        var before = call.Compute(degree: 1);
        call.Key[(3 * layer.HeadDim) + 1] = number;
        var after = call.Compute(degree: 1);
        var half = after.Output.Length / 2;
        Assert.All(after.Output.Take(half), x => Assert.True(float.IsNaN(x)));
        Compare.Same(before.Output.AsSpan(half), after.Output.AsSpan(half));
        Compare.Same(before.E.AsSpan(before.E.Length / 2), after.E.AsSpan(after.E.Length / 2));
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Heads_may_share_keys_in_both_layouts(LinformerLayer layer)
    {
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            new LinformerCall(layer, new AttentionShape(2, 4, 9, 21, layout) { KeyHeads = 2 }).Check(degree: 2);
        }
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Padding_is_left_out_of_the_mixtures(LinformerLayer layer)
    {
        var call = new LinformerCall(layer, new AttentionShape(3, 2, 12, 33)) { KeyLengths = [33, 7, 0] };
        call.Check(degree: 1);

        // Whatever stands there.
        var before = call.Compute(degree: 2);
        for (var head = 2; head < 6; head++)
        {
            var from = head < 4 ? 7 : 0;
            call.Key.AsSpan(((head * 33) + from) * layer.HeadDim, (33 - from) * layer.HeadDim).Fill(float.NaN);
            call.Value.AsSpan(((head * 33) + from) * layer.ValueDim, (33 - from) * layer.ValueDim).Fill(float.NaN);
        }

        Same(before, call.Compute(degree: 2));
    }

    /// <summary>Random inputs average faults away; these do not.</summary>
    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Structured_tokens_too(LinformerLayer layer)
    {
        foreach (var number in new Func<int, float>[]
        {
            _ => 0.5f, _ => 0, i => (i % 97 * 0.02f) - 1, i => i % 2 * 1e-20f, i => Math.Abs((i % 13) - 6) / 6f, i => 1f / (1 + (i / 64)),
        })
        {
            foreach (var ofMatrices in new Func<int, float>?[] { null, _ => 1f / layer.Rank, i => i % layer.Rank == 0 ? 1 : 0 })
            {
                var call = new LinformerCall(layer, new AttentionShape(1, 2, 20, 35));
                foreach (var tensor in new[] { call.Query, call.Key, call.Value })
                {
                    Fill(tensor, number);
                }

                if (ofMatrices is not null)
                {
                    Fill(call.E, ofMatrices);
                    Fill(call.F, ofMatrices);
                }

                call.Check(degree: 1);
            }
        }
    }

    /// <summary>Scores of thousands leave one mixture its weight, and no NaN.</summary>
    [Fact]
    public void Huge_scores_are_finite()
    {
        var call = new LinformerCall(LinformerLayer.Of<SharedByHeads>(), new AttentionShape(1, 1, 30, 64));
        Fill(call.Query, call.Query, x => 300 * x);
        Fill(call.Key, call.Key, x => 300 * x);
        Assert.All(call.Compute(degree: 1).All, tensor => Assert.All(tensor, x => Assert.True(float.IsFinite(x))));
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Gradients_are_added_where_that_is_asked_for(LinformerLayer layer)
    {
        var call = new LinformerCall(layer, new AttentionShape(2, 2, 11, 30));
        var (plain, added) = (call.Compute(degree: 1), call.Compute(degree: 1, start: 2));
        foreach (var (one, other) in plain.All.Zip(added.All).Skip(1))
        {
            // Rounded after each head that shares a gradient.
            Compare.Close(Array.ConvertAll(one, x => 2.0 + x), other, 1e-5);
        }
    }

    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Threads_change_no_bit_of_a_degree(LinformerLayer layer)
    {
        var call = new LinformerCall(layer, new AttentionShape(2, 3, 210, 40));
        Same(call.Compute(degree: 2), call.Compute(degree: 2));
    }

    /// <summary>Matrices of all heads add up head by head, which no number of threads changes where the heads are whole.</summary>
    [Fact]
    public void Gradients_of_matrices_are_sums_over_heads()
    {
        var layer = LinformerLayer.Of<SharedByHeads>();
        var all = new LinformerCall(layer, new AttentionShape(2, 2, 9, 20));
        var sum = new double[all.E.Length];
        for (var head = 0; head < 4; head++)
        {
            var alone = new LinformerCall(layer, new AttentionShape(1, 1, 9, 20));
            all.Query.AsSpan(head * 9 * 16, 9 * 16).CopyTo(alone.Query);
            all.Key.AsSpan(head * 20 * 16, 20 * 16).CopyTo(alone.Key);
            all.Value.AsSpan(head * 20 * 16, 20 * 16).CopyTo(alone.Value);
            all.Upstream.AsSpan(head * 9 * 16, 9 * 16).CopyTo(alone.Upstream);
            all.E.CopyTo(alone.E.AsSpan());
            all.F.CopyTo(alone.F.AsSpan());
            sum = [.. sum.Zip(alone.Compute(degree: 1).E, (x, y) => x + y)];
        }

        Compare.Close(sum, all.Compute(degree: 1).E, 1e-5);
    }

    /// <summary>Of no sequence, and of no head, the gradient of what all share is zeros.</summary>
    [Fact]
    public void Matrices_that_nobody_reads_have_zeros()
    {
        foreach (var (layer, shape) in new[]
        {
            (LinformerLayer.Of<SharedByHeads>(), new AttentionShape(0, 2, 3, 4)),
            (LinformerLayer.Of<OfEachHead>(), new AttentionShape(0, 2, 3, 4)),
            (LinformerLayer.Of<SharedByHeads>(), new AttentionShape(2, 0, 3, 4)),
            (LinformerLayer.Of<OfEachHead>(), new AttentionShape(2, 0, 3, 4)),
        })
        {
            var call = new LinformerCall(layer, shape);
            Assert.All(call.Compute(degree: 2).E, x => Assert.Equal(0, x));
            Assert.All(call.Compute(degree: 2, start: 2).F, x => Assert.Equal(2, x));
        }
    }

    [Fact]
    public void Packed_sequences_start_at_the_first_row()
    {
        int[] lengths = [30, 0, 1, 40];
        var packed = new PackedBatch(Layer.Of(typeof(SharedByHeads)), lengths, heads: 3, keyHeads: 3);
        var random = new Random(3);
        var (e, f) = (Inputs.Normal(random, 64 * 16, 0.3f), Inputs.Normal(random, 64 * 16, 0.3f));
        var (output, gradient) = Run(packed);
        var expected = new double[e.Length];
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            var alone = Run(packed.Alone(sequence));
            Compare.Same(alone.Output, packed.OfQueries(output, sequence, SharedByHeads.ValueDim));
            expected = [.. expected.Zip(alone.Gradient, (sum, x) => sum + x)];
        }

        Compare.Close(expected, gradient, 1e-5);

        (float[] Output, float[] Gradient) Run(PackedBatch batch)
        {
            var attention = new SharedByHeads();
            using var context = new BackwardContext();
            var (o, de) = (new float[batch.Upstream.Length], new float[e.Length]);
            attention.Forward(
                batch.Query, batch.Key, batch.Value, e, f, o, batch.Shape, new() { Context = context, Offsets = batch.Offsets });
            attention.Backward(
                batch.Query, batch.Key, batch.Value, e, f, o, context, batch.Upstream, new float[batch.Query.Length],
                new float[batch.Key.Length], new float[batch.Value.Length], de, default, batch.Shape);
            return (o, de);
        }
    }

    [Fact]
    public void Sequences_that_are_too_long_are_refused()
    {
        var attention = new SharedByHeads();
        var (one, matrix) = (new float[16], new float[64 * 16]);
        var error = Assert.Throws<ArgumentException>("shape", () => attention.Forward(
            one, new float[65 * 16], new float[65 * 16], matrix, matrix, one, new AttentionShape(1, 1, 1, 65)));
        Assert.StartsWith("There are 65 keys, but this attention is declared for at most 64.", error.Message, StringComparison.Ordinal);

        // Of packed sequences the longest counts, not their sum.
        var shape = AttentionShape.Packed(2, 1, 70, TensorLayout.BatchLengthHeadDim);
        float[] tokens = new float[70 * 16], output = new float[70 * 16];
        attention.Forward(tokens, tokens, tokens, matrix, matrix, output, shape, new() { Offsets = [0, 64, 70] });
        var packed = Assert.ThrowsAny<ArgumentException>(() => attention.Forward(
            tokens, tokens, tokens, matrix, matrix, output, shape, new() { Offsets = [0, 65, 70] }));
        Assert.StartsWith("There are 65 keys, but this attention is declared for at most 64.", packed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Matrices_of_other_sizes_are_refused()
    {
        var attention = new SharedByHeads();
        float[] one = new float[16], matrix = new float[64 * 16];
        var shape = new AttentionShape(1, 1, 1, 1);
        var error = Assert.Throws<ArgumentException>(
            "valueProjection", () => attention.Forward(one, one, one, matrix, new float[16], one, shape));
        Assert.StartsWith(
            "valueProjection holds 16 numbers, but length 64 × dim 16 = 1024 are needed.", error.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<ArgumentException>("keyProjection", () => attention.Forward(one, one, one, new float[16], shape));
        Assert.StartsWith(
            "keyProjection holds 0 numbers, but length 64 × dim 16 = 1024 are needed.", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_says_its_sizes()
    {
        Assert.Equal((64, 16), (SharedByHeads.MaxLength, SharedByHeads.Rank));
        Assert.False(((IAttention)new SharedByHeads()).Causal);
    }

    private static void Same(LinformerCall.Outcome<float> one, LinformerCall.Outcome<float> other)
    {
        foreach (var (first, second) in one.All.Zip(other.All))
        {
            Compare.Same(first, second);
        }
    }

    private static void Fill(float[] tensor, Func<int, float> number) =>
        Fill(tensor, [.. Enumerable.Range(0, tensor.Length).Select(number)], x => x);

    private static void Fill(float[] tensor, float[] from, Func<float, float> number)
    {
        for (var i = 0; i < tensor.Length; i++)
        {
            tensor[i] = number(from[i]);
        }
    }
}
