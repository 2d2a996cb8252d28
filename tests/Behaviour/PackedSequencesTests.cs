using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Sequences that lie one after the other in one tensor: each gives what it gives alone, to the bit on one thread, whatever is in the
/// others.
/// </summary>
public sealed class PackedSequencesTests
{
    /// <summary>
    /// Cut elsewhere, a head sums in other groups: some roundings of the largest number.
    /// </summary>
    private const double Tolerance = 5e-5;

    /// <summary>Around tiles of 48 and of 192 tokens, with empty ones; one long among many short; nothing.</summary>
    private static readonly int[][] Lengths =
    [
        [0, 1, 47, 48, 49, 0], [191, 192, 193], [5, 3, 1, 400, 2, 7, 4, 9, 0, 6], [33], [0, 0], [],
    ];

    public static TheoryData<Layer> Kinds => new(
        Layer.Of<Softmax16>(), Layer.Of<CausalSoftmax16>(), Layer.Of<CausalRelu16>(), Layer.Of<OddSoftmax>(), Layer.Of<Exact16>(),
        Layer.Of<CausalExact8>(), Layer.Of<OddCausalHyperbolic>());

    public static TheoryData<Layer> CausalKinds =>
        new(Layer.Of<CausalSoftmax16>(), Layer.Of<CausalRelu16>(), Layer.Of<OddCausalHyperbolic>(), Layer.Of<CausalExact8>());

    public static TheoryData<Layer> BidirectionalKinds =>
        new(Layer.Of<Softmax16>(), Layer.Of<OddHyperbolic>(), Layer.Of<Relu16>(), Layer.Of<Exact16>(), Layer.Of<OddExact>());

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Each_sequence_is_what_it_is_alone(Layer layer)
    {
        foreach (var lengths in Lengths)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                Check(layer, new PackedBatch(layer, lengths, layout: layout), degrees: [2, 3, 7]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(BidirectionalKinds))]
    public void Queries_and_keys_have_offsets_of_their_own(Layer layer)
    {
        foreach (var (queries, keys) in new[]
        {
            (new[] { 10, 0, 70, 1, 5 }, new[] { 3, 60, 0, 200, 5 }), ([300, 2], [1, 400]), ([0, 0], [7, 3]), ([7, 3], [0, 0]),
        })
        {
            Check(layer, new PackedBatch(layer, queries, keys), degrees: [2, 5]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Heads_share_keys_and_gradients_are_added_to_what_is_there(Layer layer)
    {
        foreach (var (heads, keyHeads) in new[] { (4, 2), (3, 1) })
        {
            Check(layer, new PackedBatch(layer, [50, 0, 3, 150, 12], heads: heads, keyHeads: keyHeads), degrees: [2, 5], start: 2);
        }
    }

    /// <summary>Any lengths, any number of threads.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_lengths(Layer layer)
    {
        var random = new Random(5);
        for (var round = 0; round < 12; round++)
        {
            // Skewed, so that some rounds have a few sequences that are much longer than the others.
            var lengths = Enumerable.Range(0, random.Next(1, 9)).Select(_ => (int)(400 * Math.Pow(random.NextDouble(), 3))).ToArray();
            var heads = random.Next(1, 4);
            Check(layer, new PackedBatch(layer, lengths, heads: heads, keyHeads: heads), degrees: [random.Next(2, 20)]);
        }
    }

    /// <summary>One sequence is NaN from end to end, and no number of the others changes by a bit.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_not_finite_stays_in_its_sequence(Layer layer)
    {
        int[] lengths = [50, 1, 0, 300, 7];
        foreach (var degree in new[] { 1, 3 })
        {
            var (attention, _) = layer.Create();
            attention.DegreeOfParallelism = degree;
            foreach (var spoilt in new[] { 0, 1, 3, 4 })
            {
                var batch = new PackedBatch(layer, lengths);
                var clean = batch.Compute(attention);
                batch.Fill(spoilt, float.NaN);
                var result = batch.Compute(attention);
                Assert.All(batch.Part(result, spoilt).Output, x => Assert.Equal(float.NaN, x));
                foreach (var other in Enumerable.Range(0, lengths.Length).Where(other => other != spoilt))
                {
                    Same(batch.Part(clean, other), batch.Part(result, other));
                }
            }
        }
    }

    /// <summary>Lengths count within each sequence: what is past them is neither read nor written, and its gradients are zeros.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Lengths_count_within_each_sequence(Layer layer)
    {
        int[] lengths = [50, 20, 0, 130, 7], queryLengths = [50, 0, 0, 97, 3], keyLengths = [31, 20, 0, 49, 7];
        var (attention, _) = layer.Create();
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            var batch = new PackedBatch(layer, lengths, layout: layout, heads: 2, keyHeads: 1);
            for (var sequence = 0; sequence < lengths.Length; sequence++)
            {
                batch.Fill(sequence, float.NaN, queryLengths[sequence], keyLengths[sequence]);
            }

            attention.DegreeOfParallelism = 1;
            var alone = lengths.Select((_, sequence) => batch.Alone(sequence).Compute(
                attention, float.NaN, [queryLengths[sequence]], [keyLengths[sequence]])).ToArray();
            foreach (var degree in new[] { 1, 3 })
            {
                attention.DegreeOfParallelism = degree;
                var packed = batch.Compute(attention, float.NaN, queryLengths, keyLengths);
                for (var sequence = 0; sequence < lengths.Length; sequence++)
                {
                    var part = batch.Part(packed, sequence);
                    foreach (var (expected, actual) in alone[sequence].All[1..4].Zip(part.All[1..4]))
                    {
                        Assert.DoesNotContain(float.NaN, actual);
                        if (degree == 1)
                        {
                            Compare.Same(expected, actual);
                        }
                        else
                        {
                            Close(expected, actual);
                        }
                    }

                    if (degree == 1)
                    {
                        Compare.Same(alone[sequence].Output, part.Output); // NaN where nothing is written
                    }
                }
            }
        }
    }

    /// <summary>Parts of one projection of all tokens, [tokens, query heads + key heads + value heads, dim].</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tensors_may_be_parts_of_a_projection(Layer layer)
    {
        var batch = new PackedBatch(layer, [50, 0, 3, 150], heads: 4, keyHeads: 2);
        var (shape, d, dv) = (batch.Shape, layer.HeadDim, layer.ValueDim);
        var (keysAt, valuesAt, width) = (4 * d, 6 * d, (6 * d) + (2 * dv));
        var fused = new float[shape.QueryLength * width];
        for (var token = 0; token < shape.QueryLength; token++)
        {
            batch.Query.AsSpan(token * 4 * d, 4 * d).CopyTo(fused.AsSpan(token * width));
            batch.Key.AsSpan(token * 2 * d, 2 * d).CopyTo(fused.AsSpan((token * width) + keysAt));
            batch.Value.AsSpan(token * 2 * dv, 2 * dv).CopyTo(fused.AsSpan((token * width) + valuesAt));
        }

        foreach (var degree in new[] { 1, 3 })
        {
            var (attention, _) = layer.Create();
            attention.DegreeOfParallelism = degree;
            var expected = batch.Compute(attention);
            using var context = new BackwardContext();
            var (output, gradients) = (new float[expected.Output.Length], new float[fused.Length]);
            attention.Forward(
                Part(fused, 0, d), Part(fused, keysAt, d), Part(fused, valuesAt, dv), output, shape,
                new() { Context = context, Offsets = batch.Offsets });
            attention.Backward(
                Part(fused, 0, d), Part(fused, keysAt, d), Part(fused, valuesAt, dv), output, context, batch.Upstream,
                Part(gradients, 0, d), Part(gradients, keysAt, d), Part(gradients, valuesAt, dv), shape);
            Compare.Same(expected.Output, output);
            for (var token = 0; token < shape.QueryLength; token++)
            {
                Compare.Same(expected.ByQuery.AsSpan(token * 4 * d, 4 * d), gradients.AsSpan(token * width, 4 * d));
                Compare.Same(expected.ByKey.AsSpan(token * 2 * d, 2 * d), gradients.AsSpan((token * width) + keysAt, 2 * d));
                Compare.Same(expected.ByValue.AsSpan(token * 2 * dv, 2 * dv), gradients.AsSpan((token * width) + valuesAt, 2 * dv));
            }
        }

        // Nobody asks for the stride of sequences.
        TensorView Part(float[] tensor, int from, int columns) => new(tensor.AsSpan(from), new TensorStrides(batch: 1, columns, width));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_that_nobody_wants_are_not_there_and_the_others_are_the_same(Layer layer)
    {
        var (attention, _) = layer.Create();
        var batch = new PackedBatch(layer, [50, 3, 0, 80]);
        using var context = new BackwardContext();
        var output = new float[batch.Upstream.Length];
        attention.Forward(batch.Query, batch.Key, batch.Value, output, batch.Shape, new() { Context = context, Offsets = batch.Offsets });
        var all = batch.Compute(attention);
        for (var unwanted = AttentionGradients.None; (int)unwanted < 8; unwanted++)
        {
            float[] byQuery = Room(batch.Query, AttentionGradients.Query), byKey = Room(batch.Key, AttentionGradients.Key);
            var byValue = Room(batch.Value, AttentionGradients.Value);
            attention.Backward(
                batch.Query, batch.Key, batch.Value, output, context, batch.Upstream, byQuery, byKey, byValue, batch.Shape,
                new() { Unwanted = unwanted });
            foreach (var (expected, actual) in new[] { (all.ByQuery, byQuery), (all.ByKey, byKey), (all.ByValue, byValue) })
            {
                Compare.Same(actual.Length == 0 ? [] : expected, actual);
            }

            float[] Room(float[] tensor, AttentionGradients gradient) => new float[unwanted.HasFlag(gradient) ? 0 : tensor.Length];
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Calls_that_cut_a_sequence_give_the_same_bits_every_time(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 5;
        var batch = new PackedBatch(layer, [20, 700, 3, 90], heads: 1, keyHeads: 1);
        var first = batch.Compute(attention);

        // Some of them alone, since the threads are busy with another.
        Parallel.For(0, 12, _ => Same(first, batch.Compute(attention)));
    }

    [Fact]
    public void Offsets_that_do_not_fit_are_named()
    {
        var layer = new Softmax16(1);
        Names("Offsets holds 3 numbers, but a batch of 3 packed sequences needs 4", [0, 4, 10], []);
        Names("Offsets holds 0 numbers, but a batch of 3 packed sequences needs 4", [], []);
        Names("Offsets holds 0 numbers, but a batch of 3 packed sequences needs 4", [], [0, 1, 2, 10]);
        Names("KeyOffsets holds 2 numbers, but a batch of 3 packed sequences needs 4", [0, 4, 9, 10], [0, 10]);
        Names("Offsets[0] is 1, but must be 0", [1, 4, 9, 10], []);
        Names("Offsets[2] is 3, but must be at least Offsets[1] = 4", [0, 4, 3, 10], []);
        Names("Offsets[1] is -4, but must be at least Offsets[0] = 0", [0, -4, 3, 10], []);
        Names("Offsets ends with 11, but must end with QueryLength = 10", [0, 4, 9, 11], []);
        Names("KeyOffsets[0] is 2, but must be 0", [0, 4, 9, 10], [2, 3, 4, 10]);
        Names("KeyOffsets[3] is 8, but must be at least KeyOffsets[2] = 9", [0, 4, 9, 10], [0, 3, 9, 8]);
        Names("KeyOffsets ends with 9, but must end with KeyLength = 10", [0, 4, 9, 10], [0, 3, 4, 9]);
        Names("Offsets ends with 10, but must end with KeyLength = 12", [0, 4, 9, 10], [], keys: 12);
        Names("QueryLengths holds 2 numbers, but the batch has 3 sequences", [0, 4, 9, 10], [], queryLengths: [1, 1]);
        Names("QueryLengths[1] is 6, but must be 0 to 5, the queries of that sequence", [0, 4, 9, 10], [], queryLengths: [4, 6, 0]);
        Names("KeyLengths[2] is -1, but must be 0 to 1, the keys of that sequence", [0, 4, 9, 10], [], keyLengths: [4, 5, -1]);
        Names(
            "Offsets holds 4 numbers, but the shape packs no sequences: AttentionShape.Packed", [0, 4, 9, 10], [],
            shape: new AttentionShape(1, 1, 10));
        Names(
            "KeyOffsets holds 2 numbers, but the shape packs no sequences: AttentionShape.Packed", [], [0, 10],
            shape: new AttentionShape(1, 1, 10));

        void Names(
            string message, int[] offsets, int[] keyOffsets, int keys = 10, int[]? queryLengths = null, int[]? keyLengths = null,
            AttentionShape? shape = null)
        {
            float[] queries = new float[160], values = new float[keys * 16];
            var error = Assert.Throws<ArgumentException>("options", () => layer.Forward(
                queries, values, values, new float[160], shape ?? AttentionShape.Packed(3, 1, 10, keys, TensorLayout.BatchLengthHeadDim),
                new() { Offsets = offsets, KeyOffsets = keyOffsets, QueryLengths = queryLengths, KeyLengths = keyLengths }));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_causal_sequence_has_as_many_keys_as_queries()
    {
        var x = new float[160];
        var error = Assert.Throws<ArgumentException>("options", () => new CausalSoftmax16(1).Forward(
            x, x, x, new float[160], AttentionShape.Packed(3, 1, 10, TensorLayout.BatchLengthHeadDim),
            new() { Offsets = [0, 4, 9, 10], KeyOffsets = [0, 4, 8, 10] }));
        Assert.Contains(
            "Causal attention needs as many keys as queries, but sequence 1 has 4 keys and 5 queries", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_have_the_tokens_of_all_sequences()
    {
        var layer = new Softmax16(1);
        var shape = AttentionShape.Packed(3, 2, 10, TensorLayout.BatchLengthHeadDim);
        float[] x = new float[320], wrong = new float[960];
        var error = Assert.Throws<ArgumentException>(
            "key", () => layer.Forward(x, wrong, x, new float[320], shape, new() { Offsets = [0, 4, 9, 10] }));
        Assert.Contains(
            "key holds 960 numbers, but heads 2 × length 10 × dim 16 = 320 are needed", error.Message, StringComparison.Ordinal);

        // A context of the same sizes that packs nothing is another's.
        using var context = new BackwardContext();
        layer.Forward(x, x, x, new float[320], new AttentionShape(1, 2, 10, TensorLayout.BatchLengthHeadDim), new() { Context = context });
        var other = Assert.Throws<ArgumentException>("context", () => layer.Backward(
            x, x, x, x, context, x, new float[320], new float[320], new float[320], shape with { Batch = 1 }));
        Assert.Contains("PacksSequences = False", other.Message, StringComparison.Ordinal);
        Assert.Contains("PacksSequences = True", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_keeps_what_all_sequences_have()
    {
        var layer = new Softmax16(1);
        var shape = AttentionShape.Packed(3, 2, 10, TensorLayout.BatchLengthHeadDim);
        var needed = (2 * 2 * 10) + (3 * 2 * layer.StateLength);
        Assert.Equal(needed, BackwardContext.LengthFor(layer, shape));
        using var context = new BackwardContext(new float[needed]);
        layer.Forward(
            new float[320], new float[320], new float[320], new float[320], shape, new() { Context = context, Offsets = [0, 4, 9, 10] });
        Assert.Equal((20, 6 * layer.StateLength), (context.LogSumExp.Length, context.State.Length));
    }

    /// <summary>Prompts of different lengths, and then more tokens of all: each stream gives the bits that it gives alone.</summary>
    [Theory]
    [MemberData(nameof(CausalKinds))]
    public void Prompts_may_be_packed(Layer layer)
    {
        const int Heads = 2;
        var (attention, _) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            PackedBatch first = new(layer, [20, 0, 1, 70], layout: layout), second = new(layer, [3, 5, 0, 18], layout: layout);
            using var state = attention.CreateDecodingState((4 * Heads) + 1);
            var all = Prefill(state, first, 0..(4 * Heads), lengths: [20, 0, 1, 61]);
            var more = Prefill(state, second, 0..(4 * Heads), lengths: []);
            var silent = attention.CreateDecodingState(4 * Heads);
            silent.Prefill(default, first.Key, first.Value, default, first.Shape, lengths: [20, 0, 1, 61], offsets: first.Offsets);
            Prefill(silent, second, .., lengths: []);
            for (var sequence = 0; sequence < 4; sequence++)
            {
                using var alone = attention.CreateDecodingState(Heads);
                var (one, two) = (first.Alone(sequence), second.Alone(sequence));
                int[] length = [sequence == 3 ? 61 : one.Shape.QueryLength];
                Compare.Same(Prefill(alone, one, .., length), first.OfQueries(all, sequence, dv));
                Compare.Same(Prefill(alone, two, .., []), second.OfQueries(more, sequence, dv));
                for (var head = 0; head < Heads; head++)
                {
                    Assert.Equal(alone.PositionOf(head), state.PositionOf((sequence * Heads) + head));
                    Assert.Equal(alone.PositionOf(head), silent.PositionOf((sequence * Heads) + head));
                }

                using var branch = state.Fork([sequence * Heads, (sequence * Heads) + 1]);
                Compare.Same(Step(alone), Step(branch));
            }

            Assert.Equal(0, state.PositionOf(4 * Heads));
            silent.Dispose();
        }

        var shape = AttentionShape.Packed(2, 1, 3, TensorLayout.BatchLengthHeadDim);
        float[] keys = new float[3 * d], values = new float[3 * dv];
        using var refusing = attention.CreateDecodingState(2);
        Names("offsets", "offsets ends with 2, but must end with QueryLength = 3", shape, [0, 1, 2], []);
        Names("offsets", "offsets holds 0 numbers, but a batch of 2 packed sequences needs 3", shape, [], []);
        Names("lengths", "lengths[1] is 3, but must be 0 to 2, the keys of that sequence", shape, [0, 1, 3], [1, 3]);
        Names("offsets", "offsets holds 3 numbers, but the shape packs no sequences", new AttentionShape(1, 2, 3), [0, 1, 3], []);
        Assert.Equal(0, refusing.Position);

        void Names(string argument, string message, AttentionShape wrong, int[] offsets, int[] lengths) => Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(
                argument, () => refusing.Prefill(default, keys, values, default, wrong, lengths, offsets: offsets)).Message,
            StringComparison.Ordinal);

        static float[] Prefill(DecodingState state, PackedBatch batch, Range streams, int[] lengths)
        {
            var output = new float[batch.Upstream.Length];
            state.Prefill(batch.Query, batch.Key, batch.Value, output, batch.Shape, lengths, streams, batch.Offsets);
            return output;
        }

        float[] Step(DecodingState state)
        {
            var output = new float[Heads * dv];
            state.Step(
                Inputs.Normal(new Random(1), Heads * d, 1), Inputs.Normal(new Random(2), Heads * d, 1),
                Inputs.Normal(new Random(3), Heads * dv, 1), output);
            return output;
        }
    }

    /// <summary>Whatever does not know offsets refuses the shape, and does not take all tokens for one sequence.</summary>
    [Fact]
    public void Other_calls_refuse_packed_shapes()
    {
        var shape = AttentionShape.Packed(3, 1, 10, TensorLayout.BatchHeadLengthDim);
        float[] x = new float[160], one = new float[10];
        var layer = new CausalSoftmax16(1);
        foreach (var call in new Action[]
        {
            () => GpuChecks.CheckShape(shape, causal: true),
            () => layer.Probabilities(x, x, shape, batch: 0, head: 0, rows: [1], one),
            () => AttentionError.Measure(x, x, x, shape, causal: true, features: 16),
            () => DeltaBound.Compute(x, x, x, shape, causal: true, features: 16),
            () => FeatureMap.OprfLambda(x, x, shape),
            () => layer.ErrorBars(x, x, x, shape, batch: 0, head: 0, rows: [1]),
        })
        {
            var error = Assert.Throws<ArgumentException>("shape", call);
            Assert.Contains("packs 3 sequences in 10 tokens", error.Message, StringComparison.Ordinal);
        }
    }

    private static void Check(Layer layer, PackedBatch batch, int[] degrees, float start = float.NaN)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 1;
        var packed = batch.Compute(attention, start);
        var withStates = batch.Compute(attention, start, keepsState: true);
        var outputs = batch.Forward(attention);
        for (var sequence = 0; sequence < batch.Shape.Batch; sequence++)
        {
            var alone = batch.Alone(sequence);
            Same(alone.Compute(attention, start), batch.Part(packed, sequence));
            Same(alone.Compute(attention, start, keepsState: true), batch.Part(withStates, sequence));
            Compare.Same(alone.Forward(attention), batch.OfQueries(outputs, sequence, layer.ValueDim));
        }

        foreach (var degree in degrees)
        {
            attention.DegreeOfParallelism = degree;
            var cut = batch.Compute(attention, start);
            foreach (var (expected, actual) in packed.All[..5].Zip(cut.All[..5])) // states are relative to what their tokens are
            {
                Close(expected, actual);
            }
        }
    }

    /// <summary>
    /// Relative to the largest number, or to those of values and upstream gradients: gradients are sums of products of these, which may
    /// cancel.
    /// </summary>
    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var limit = Tolerance * Math.Max(1, expected.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
        for (var i = 0; i < expected.Length; i++)
        {
            // −∞ where a query sees no key; not `difference > limit`: NaN must fail
            Assert.True(
                expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= limit,
                $"Element {i}: expected {expected[i]:G9}, got {actual[i]:G9}, but {limit:E2} is allowed.");
        }
    }

    private static void Same(PackedBatch.Result expected, PackedBatch.Result actual)
    {
        foreach (var (one, other) in expected.All.Zip(actual.All))
        {
            Compare.Same(one, other);
        }
    }
}
