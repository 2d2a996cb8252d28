using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Streams of one decoding state that are at different positions: prompts of different lengths, streams that end and begin anew. Each gives
/// the bits that it gives in a state of its own.
/// </summary>
public class DecodingStreamsTests
{
    /// <summary>Around a block of 16 tokens and two of them.</summary>
    private static readonly int[] Lengths = [33, 0, 1, 15, 16, 17];

    private static readonly float[] Bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    public static TheoryData<Layer> Layers => DecodingTests.Layers;

    public static TheoryData<Layer> Kinds => [Layer.Of<CausalSoftmax16>(), Layer.Of<CausalExact16>()];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Prompts_of_different_lengths_go_on_as_each_alone(Layer layer)
    {
        const int Heads = 2, Longest = 40, Steps = 20;
        var (attention, weights) = layer.Create();
        var count = Lengths.Length * Heads;
        var streams = Enumerable.Range(0, count).Select(i => new OneStream(layer, attention, 100 + i, length: 140)).ToArray();
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            foreach (var degree in new[] { 1, 3 })
            {
                attention.DegreeOfParallelism = degree;
                using var state = attention.CreateDecodingState(count);
                Array.ForEach(streams, stream => stream.Restart());
                foreach (var lengths in new[] { Lengths, [.. Lengths.Reverse()] })
                {
                    Prefill(state, streams, new AttentionShape(Lengths.Length, Heads, Longest, layout), lengths);
                    for (var step = 0; step < Steps; step++)
                    {
                        Step(state, streams);
                    }
                }
            }
        }

        foreach (var stream in streams)
        {
            stream.IsCloseToTheFormula(weights);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Any_order_of_calls_gives_the_bits_of_single_streams(Layer layer)
    {
        const int Streams = 6, Calls = 60;
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 2;
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new Random(seed);
            var streams = new OneStream[Streams];
            for (var i = 0; i < Streams; i++)
            {
                streams[i] = new OneStream(layer, attention, (10 * seed) + i, length: 2000);
            }

            var state = attention.CreateDecodingState(Streams);
            for (var call = 0; call < Calls; call++)
            {
                switch (random.Next(10))
                {
                    case 0 or 1 or 2:
                        var from = random.Next(2) == 0 ? 0 : random.Next(Streams);
                        var count = from == 0 ? Streams : random.Next(0, Streams - from + 1);
                        var heads = count % 2 == 0 && random.Next(2) == 0 ? 2 : 1;
                        var longest = random.Next(0, 36);
                        var shape = new AttentionShape(count / heads, heads, longest, (TensorLayout)random.Next(2));
                        int[] some = [.. Enumerable.Range(0, shape.Batch).Select(_ => random.Next(longest + 1))];
                        Prefill(
                            state, streams, shape, random.Next(3) == 0 ? null : some, from == 0 ? null : from..(from + count),
                            wantsOutput: random.Next(3) > 0);
                        break;
                    case 3:
                        var ended = random.Next(Streams);
                        state.End(ended);
                        streams[ended].End();
                        break;
                    case 4:
                        var restarted = random.Next(Streams);
                        state.Restart(restarted);
                        streams[restarted].Restart();
                        break;
                    case 5:
                        var fork = state.Fork();
                        Step(state, [.. streams.Select(stream => stream.Fork())]); // nothing that the fork sees
                        state.Dispose();
                        state = fork;
                        break;
                    case 6:
                        var loaded = attention.LoadDecodingState(new MemoryStream(Saved(state)));
                        state.Dispose();
                        state = loaded;
                        break;
                    case 7:
                        int[] chosen = [.. Enumerable.Range(0, Streams).Select(_ => random.Next(Streams))];
                        var picked = state.Fork(chosen);
                        state.Dispose();
                        (state, streams) = (picked, [.. chosen.Select(stream => streams[stream].Fork())]);
                        break;
                    default:
                        Step(state, streams);
                        break;
                }

                for (var i = 0; i < Streams; i++)
                {
                    Assert.Equal((streams[i].Position, streams[i].HasEnded), (state.PositionOf(i), state.HasEnded(i)));
                }
            }

            state.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Query_heads_that_share_keys_decode_as_with_copies_of_them(Layer layer)
    {
        const int Batch = 2, Heads = 6, KeyHeads = 2, Group = Heads / KeyHeads, Length = 19;
        var (attention, _) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        int[] lengths = [19, 7];
        foreach (var layout in new[] { TensorLayout.BatchHeadLengthDim, TensorLayout.BatchLengthHeadDim })
        {
            var random = new Random(5);
            float[] Tensor(int heads, int length, int dim) => Inputs.Normal(random, Batch * heads * length * dim, 1);
            var shape = new AttentionShape(Batch, Heads, Length, layout) { KeyHeads = KeyHeads };
            var (query, key, value) = (Tensor(Heads, Length, d), Tensor(KeyHeads, Length, d), Tensor(KeyHeads, Length, dv));
            using var shared = attention.CreateDecodingState(Batch * Heads);
            using var copied = attention.CreateDecodingState(Batch * Heads);
            float[] expected = new float[Batch * Heads * Length * dv], actual = new float[expected.Length];
            copied.Prefill(
                query, Copies(key, Length, d), Copies(value, Length, dv), expected, shape with { KeyHeads = Heads }, lengths);
            shared.Prefill(query, key, value, actual, shape, lengths);
            Compare.Same(expected, actual);

            float[] next = new float[Batch * Heads * dv], nextActual = new float[next.Length];
            for (var step = 0; step < 20; step++)
            {
                (query, key, value) = (Tensor(Heads, 1, d), Tensor(KeyHeads, 1, d), Tensor(KeyHeads, 1, dv));
                copied.Step(query, Copies(key, 1, d), Copies(value, 1, dv), next);
                shared.Step(query, key, value, nextActual, Group);
                Compare.Same(next, nextActual);
            }

            float[] Copies(float[] tensor, int length, int dim) =>
            [
                .. from batch in Enumerable.Range(0, Batch)
                   from outer in Enumerable.Range(0, layout == TensorLayout.BatchHeadLengthDim ? Heads : length)
                   from inner in Enumerable.Range(0, layout == TensorLayout.BatchHeadLengthDim ? length : Heads)
                   let place = layout == TensorLayout.BatchHeadLengthDim
                       ? (((batch * KeyHeads) + (outer / Group)) * length) + inner
                       : (((batch * length) + outer) * KeyHeads) + (inner / Group)
                   from number in tensor.AsSpan(place * dim, dim).ToArray()
                   select number
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_state_whose_streams_have_all_ended_does_nothing(Layer layer)
    {
        var (attention, _) = layer.Create();
        var streams = Enumerable.Range(0, 3).Select(i => new OneStream(layer, attention, i, length: 200)).ToArray();
        using var state = attention.CreateDecodingState(3);
        Prefill(state, streams, new AttentionShape(3, 1, 20), [20, 3, 0]);
        foreach (var ended in new[] { 1, 0, 2, 2 })
        {
            state.End(ended); // the second time it does nothing
            streams[ended].End();
            Step(state, streams);
            Prefill(state, streams, new AttentionShape(3, 1, 18), null);
        }

        Assert.Equal(0, state.StateBytes);
        Assert.Equal([20 + 1 + 18, 3, 2 * (1 + 18)], Enumerable.Range(0, 3).Select(state.PositionOf));
        using var fork = state.Fork();
        using var loaded = attention.LoadDecodingState(new MemoryStream(Saved(state)));
        foreach (var copy in new[] { fork, loaded })
        {
            Assert.Equal(0, copy.StateBytes);
            Step(copy, streams);
            copy.Restart(1);
            var fresh = new OneStream(layer, attention, 1, length: 200);
            OneStream[] all = [streams[0], fresh, streams[2]];
            Prefill(copy, all, new AttentionShape(3, 1, 17), null);
            Step(copy, all);
            Assert.Equal(18, copy.Position);
        }
    }

    /// <summary>What a stream had taken is nothing to the one that begins in its place.</summary>
    [Theory]
    [MemberData(nameof(Layers))]
    public void A_stream_that_begins_anew_has_seen_nothing(Layer layer)
    {
        var (attention, _) = layer.Create();
        foreach (var (bad, ends) in new[] { (float.NaN, true), (float.PositiveInfinity, false), (1e4f, false) })
        {
            using var state = attention.CreateDecodingState(2);
            var numbers = new float[2 * Math.Max(layer.HeadDim, layer.ValueDim)];
            numbers.AsSpan(numbers.Length / 2).Fill(bad);
            var output = new float[2 * layer.ValueDim];
            for (var step = 0; step < 21; step++)
            {
                state.Step(
                    numbers.AsSpan(numbers.Length / 2 - layer.HeadDim, 2 * layer.HeadDim),
                    numbers.AsSpan(numbers.Length / 2 - layer.HeadDim, 2 * layer.HeadDim),
                    numbers.AsSpan(numbers.Length / 2 - layer.ValueDim, 2 * layer.ValueDim), output);
            }

            if (ends)
            {
                state.End(1);
            }

            state.Restart(1);
            Assert.Equal((21L, 0L), (state.PositionOf(0), state.PositionOf(1)));
            state.Restart(0);
            OneStream[] streams = [.. Enumerable.Range(0, 2).Select(i => new OneStream(layer, attention, i, length: 40))];
            for (var step = 0; step < 40; step++)
            {
                Step(state, streams);
            }

            Assert.Equal(40, state.Position);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stream_that_ends_gives_its_memory_back(Layer layer)
    {
        var (attention, _) = layer.Create();
        using var state = attention.CreateDecodingState(4);
        var atFirst = state.StateBytes;
        var tokens = new float[4 * 300 * 16];
        state.Prefill(default, tokens, tokens, default, new AttentionShape(4, 1, 300), [300, 10, 10, 10]);
        var (bytes, inUse) = (state.StateBytes, AlignedBuffer.BytesInUse);

        // Exact attention: one stream of 320 rows of 32 numbers, the others as they were.
        Assert.Equal(layer.Kernel is null ? atFirst + ((320 - 64) * 32 * sizeof(float)) : atFirst, bytes);
        state.End(0);
        Assert.Equal(3 * atFirst / 4, state.StateBytes);
        Assert.True(AlignedBuffer.BytesInUse < inUse);
        state.Restart(0);
        Assert.Equal(atFirst, state.StateBytes);
    }

    [Fact]
    public void Wrong_arguments_are_named_with_both_numbers()
    {
        using var state = new CausalSoftmax16(1).CreateDecodingState(4);
        var sound = new float[4 * 5 * 16];
        var other = new float[sound.Length];
        var shape = new AttentionShape(2, 2, 5);
        Refuses("shape", () => Prefill(new AttentionShape(3, 2, 5)), "batch 3 × heads 2 = 6", "but 4");
        Refuses("shape", () => Prefill(shape, streams: 1..4), "batch 2 × heads 2 = 4", "but 3");
        Refuses("shape", () => Prefill(new AttentionShape(2, 2, 5, 6)), "5", "6");
        Refuses("shape", () => Prefill(shape with { KeyHeads = 3 }), "KeyHeads is 3", "Heads = 2");
        Refuses("key", () => Prefill(shape with { KeyHeads = 1 }), "320", "2 × heads 1 × length 5 × dim 16 = 160");
        Refuses("query", () => Prefill(new AttentionShape(2, 2, 4)), "320", "256");
        Refuses("lengths", () => Prefill(shape, [1, 2, 3]), "holds 3 numbers", "2 sequences");
        Refuses("lengths", () => Prefill(shape, [1, 6]), "lengths[1] is 6", "0 to KeyLength = 5");
        Refuses("lengths", () => Prefill(shape, [-1, 5]), "lengths[0] is -1", "0 to KeyLength = 5");
        Refuses("destination", () => state.Prefill(other, sound, sound, sound, shape), "overlaps key");
        Refuses("key", () => state.Step(sound.AsSpan(0, 64), sound.AsSpan(0, 64), sound.AsSpan(0, 32), other.AsSpan(0, 64), 2), "64", "32");
        foreach (var groupSize in new[] { 0, -1, 3, 8 })
        {
            Refuses("groupSize", () => state.Step(sound, sound, sound, other, groupSize), $"is {groupSize}", "Streams = 4");
        }

        foreach (var range in new[] { 0..5, 3..1, 5..6, ^5..^0 })
        {
            RefusesRange("streams", () => Prefill(shape, streams: range), range.ToString(), "there are 4");
        }

        foreach (var stream in new[] { -1, 4, int.MaxValue, int.MinValue })
        {
            var asked = $"The stream {stream} was asked for, but there are 4";
            RefusesRange("stream", () => state.End(stream), asked);
            RefusesRange("stream", () => state.Restart(stream), asked);
            RefusesRange("stream", () => state.PositionOf(stream), asked);
            RefusesRange("stream", () => state.HasEnded(stream), asked);
            RefusesRange("streams", () => state.Fork([0, stream]), asked);
        }

        RefusesRange("streams", () => state.Fork([]));
        Assert.Equal(0, state.Position); // nothing has happened

        Prefill(shape, [4, 0]);
        state.End(0);
        var error = Assert.Throws<InvalidOperationException>(() => state.Position);
        Assert.Contains("Stream 1 has taken 4 tokens, but stream 2 has taken 0", error.Message, StringComparison.Ordinal);
        state.End(1);
        Assert.Equal(0, state.Position);
        state.End(2);
        state.End(3);
        error = Assert.Throws<InvalidOperationException>(() => state.Position);
        Assert.Contains("All 4 streams have ended", error.Message, StringComparison.Ordinal);

        state.Dispose();
        Assert.Throws<ObjectDisposedException>(() => state.End(0));
        Assert.Throws<ObjectDisposedException>(() => state.Restart(0));
        Assert.Throws<ObjectDisposedException>(() => state.Fork([0]));

        void Prefill(AttentionShape of, int[]? lengths = null, Range? streams = null) =>
            state.Prefill(sound, sound, sound, other, of, lengths, streams);

        static void Refuses(string parameter, Action call, params string[] parts) =>
            Contains(Assert.Throws<ArgumentException>(parameter, call), parts);

        static void RefusesRange(string parameter, Action call, params string[] parts) =>
            Contains(Assert.Throws<ArgumentOutOfRangeException>(parameter, call), parts);

        static void Contains(Exception error, string[] parts) =>
            Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    /// <summary>Tokens of all streams to the state, and to each alone; what is not theirs is NaN or infinite, and stays so.</summary>
    private static void Prefill(
        DecodingState state, OneStream[] all, AttentionShape shape, int[]? lengths, Range? range = null, bool wantsOutput = true)
    {
        var streams = all[range ?? ..];
        var layer = all[0].Layer;
        var taken = streams.Select((stream, i) => stream.Take(lengths?[i / shape.Heads] ?? shape.QueryLength)).ToArray();
        float[] Packed(Func<Inputs, float[]> tensor, int dim)
        {
            var packed = Spoilt(streams.Length * shape.QueryLength * dim);
            for (var i = 0; i < streams.Length; i++)
            {
                for (var token = 0; token < taken[i].Shape.QueryLength; token++)
                {
                    tensor(taken[i]).AsSpan(token * dim, dim).CopyTo(packed.AsSpan(RowOf(shape, i, token) * dim));
                }
            }

            return packed;
        }

        var output = wantsOutput ? Spoilt(streams.Length * shape.QueryLength * layer.ValueDim) : [];
        var expected = (float[])output.Clone();
        for (var i = 0; i < streams.Length; i++)
        {
            var own = streams[i].Prefill(taken[i], wantsOutput);
            for (var token = 0; wantsOutput && token < taken[i].Shape.QueryLength; token++)
            {
                own.AsSpan(token * layer.ValueDim, layer.ValueDim).CopyTo(expected.AsSpan(RowOf(shape, i, token) * layer.ValueDim));
            }
        }

        state.Prefill(
            wantsOutput ? Packed(inputs => inputs.Query, layer.HeadDim) : [], Packed(inputs => inputs.Key, layer.HeadDim),
            Packed(inputs => inputs.Value, layer.ValueDim), output, shape, lengths, range);
        Compare.Same(expected, output);
    }

    /// <summary>A token of all streams, likewise.</summary>
    private static void Step(DecodingState state, OneStream[] streams)
    {
        var layer = streams[0].Layer;
        var (query, key) = (Spoilt(streams.Length * layer.HeadDim), Spoilt(streams.Length * layer.HeadDim));
        var (value, output) = (Spoilt(streams.Length * layer.ValueDim), Spoilt(streams.Length * layer.ValueDim));
        var expected = (float[])output.Clone();
        for (var i = 0; i < streams.Length; i++)
        {
            var taken = streams[i].Take(1);
            taken.Query.CopyTo(query, i * layer.HeadDim);
            taken.Key.CopyTo(key, i * layer.HeadDim);
            taken.Value.CopyTo(value, i * layer.ValueDim);
            streams[i].Step(taken).CopyTo(expected, i * layer.ValueDim);
        }

        state.Step(query, key, value, output);
        Compare.Same(expected, output);
    }

    /// <summary>The row of a token of a head, of all heads of all sequences.</summary>
    private static int RowOf(AttentionShape shape, int head, int token) => shape.Layout == TensorLayout.BatchHeadLengthDim
        ? (head * shape.QueryLength) + token
        : (((head / shape.Heads * shape.QueryLength) + token) * shape.Heads) + (head % shape.Heads);

    private static float[] Spoilt(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Bad[i % Bad.Length])];

    private static byte[] Saved(DecodingState state)
    {
        using var stream = new MemoryStream();
        state.Save(stream);
        return stream.ToArray();
    }

    /// <summary>What one stream is to give: a state of its own, and all that it has taken.</summary>
    private sealed class OneStream(IAttention attention, Inputs inputs, DecodingState? state)
    {
        private readonly List<float> _output = [];
        private DecodingState? _state = state;

        public OneStream(Layer layer, IAttention attention, int seed, int length)
            : this(attention, new Inputs(layer, length, length, seed), attention.CreateDecodingState())
        {
        }

        public Layer Layer => inputs.Layer;

        public int Position { get; private set; }

        public bool HasEnded => _state is null;

        /// <summary>The next tokens; none where it has ended.</summary>
        public Inputs Take(int count)
        {
            count = HasEnded ? 0 : count;
            var taken = new Inputs(Layer, count, count, seed: 1);
            inputs.Query.AsSpan(Position * Layer.HeadDim, count * Layer.HeadDim).CopyTo(taken.Query);
            inputs.Key.AsSpan(Position * Layer.HeadDim, count * Layer.HeadDim).CopyTo(taken.Key);
            inputs.Value.AsSpan(Position * Layer.ValueDim, count * Layer.ValueDim).CopyTo(taken.Value);
            Position += count;
            return taken;
        }

        public float[] Prefill(Inputs taken, bool wantsOutput)
        {
            var output = new float[wantsOutput ? taken.Value.Length : 0];
            if (taken.Value.Length > 0)
            {
                _state!.Prefill(wantsOutput ? taken.Query : [], taken.Key, taken.Value, output, taken.Shape);
            }

            _output.AddRange(output);
            return output;
        }

        public float[] Step(Inputs taken)
        {
            var output = new float[taken.Value.Length];
            if (output.Length > 0)
            {
                _state!.Step(taken.Query, taken.Key, taken.Value, output);
            }

            _output.AddRange(output);
            return output;
        }

        public void End()
        {
            _state?.Dispose();
            _state = null;
        }

        public void Restart()
        {
            End();
            _state = attention.CreateDecodingState();
            _output.Clear();
            Position = 0;
        }

        public OneStream Fork() => new(attention, inputs, _state?.Fork()) { Position = Position };

        /// <summary>Of all that it has given since it began.</summary>
        public void IsCloseToTheFormula(float[] weights)
        {
            var expected = inputs.Naive(weights).Output;
            Compare.Close(expected[.._output.Count], _output.ToArray(), inputs.Tolerance(weights));
        }
    }
}
