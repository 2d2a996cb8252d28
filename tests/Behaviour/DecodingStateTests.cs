using System.Globalization;
using System.Text;
using KernelGen.Generator.Expressions;
using KernelGen.Tests.Behaviour.Catalogues;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>What can be done with a decoding state beside steps: streams, forks, saving and loading, and what it refuses.</summary>
public class DecodingStateTests
{
    private const int Length = 70;

    public static TheoryData<Layer> Layers => DecodingTests.Layers;

    [Theory]
    [MemberData(nameof(Layers))]
    public void Streams_give_the_bits_of_single_streams_at_any_degree(Layer layer)
    {
        const int Streams = 5;
        var (attention, _) = layer.Create();
        var all = Enumerable.Range(0, Streams).Select(stream => new Inputs(layer, Length, Length, seed: 40 + stream)).ToArray();
        foreach (var prefix in new[] { 0, 21 })
        {
            var expected = all.Select(inputs =>
            {
                using var alone = attention.CreateDecodingState();
                return DecodingTests.Decode(alone, inputs, prefix);
            }).ToArray();
            foreach (var degree in new[] { 1, 2, 3, 9 })
            {
                attention.DegreeOfParallelism = degree;
                using var state = attention.CreateDecodingState(Streams);
                var outputs = Decode(state, all, prefix);
                for (var stream = 0; stream < Streams; stream++)
                {
                    Compare.Same(expected[stream], outputs[stream]);
                }
            }
        }
    }

    [Fact]
    public void States_of_one_layer_on_several_threads_do_not_meet()
    {
        var layer = Layer.Of<CausalSoftmax16>();
        var attention = new CausalSoftmax16(7) { DegreeOfParallelism = 2 };
        var all = Enumerable.Range(0, 8).Select(seed => new Inputs(layer, 400, 400, seed)).ToArray();
        var expected = all.Select(inputs => Steps(attention.CreateDecodingState(), inputs, 0, 400)).ToArray();
        var actual = new float[all.Length][];
        Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            // Several streams, so that they also contend for the threads of the process.
            using var state = attention.CreateDecodingState(4);
            actual[i] = Decode(state, [all[i], all[0], all[1], all[2]], prefix: 0)[0];
        });
        for (var i = 0; i < all.Length; i++)
        {
            Compare.Same(expected[i], actual[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void What_is_not_finite_stays_in_its_stream(Layer layer)
    {
        const int Token = 30;
        var (attention, _) = layer.Create();
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var all = new[] { 1, 2, 3 }.Select(seed => new Inputs(layer, Length, Length, seed)).ToArray();
            using var clean = attention.CreateDecodingState(3);
            var before = Decode(clean, all, prefix: 7);

            // A function that asks for NaN says itself what becomes of a key.
            var isAsked = layer.Function?.Body.AsksForNaN() == true;
            foreach (var isKey in isAsked ? [false] : new[] { true, false })
            {
                var spoilt = new Inputs(layer, Length, Length, seed: 2);
                (isKey ? spoilt.Key : spoilt.Value)[Token * (isKey ? layer.HeadDim : layer.ValueDim)] = bad;
                using var state = attention.CreateDecodingState(3);
                var after = Decode(state, [all[0], spoilt, all[2]], prefix: 7);
                Compare.Same(before[0], after[0]);
                Compare.Same(before[2], after[2]);
                Compare.Same(before[1].AsSpan(0, Token * layer.ValueDim), after[1].AsSpan(0, Token * layer.ValueDim));
                for (var t = Token; t < Length; t++)
                {
                    Assert.False(float.IsFinite(after[1][t * layer.ValueDim]), $"token {t}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_fork_goes_on_by_itself(Layer layer)
    {
        var (attention, _) = layer.Create();
        var (inputs, others) = (new Inputs(layer, Length, Length, seed: 5), new Inputs(layer, Length, Length, seed: 6));
        using var whole = attention.CreateDecodingState();
        var expected = DecodingTests.Decode(whole, inputs, prefix: 3);

        foreach (var at in new[] { 0, 1, 16, 37 })
        {
            using var state = attention.CreateDecodingState();
            Steps(state, inputs, 0, at);
            using var fork = state.Fork();
            Assert.Equal(at, fork.Position);
            var forked = Steps(fork, others, at, Length);
            using var second = state.Fork();
            Compare.Same(forked, Steps(second, others, at, Length));

            // The original has seen nothing of it.
            using var plain = attention.CreateDecodingState();
            Compare.Same(Steps(plain, inputs, 0, Length).AsSpan(at * layer.ValueDim), Steps(state, inputs, at, Length));
        }

        Compare.Close(Array.ConvertAll(expected, x => (double)x), Steps(attention.CreateDecodingState(), inputs, 0, Length), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_loaded_state_goes_on_to_the_bit(Layer layer)
    {
        var (attention, _) = layer.Create();
        var inputs = new[] { new Inputs(layer, Length, Length, seed: 7), new Inputs(layer, Length, Length, seed: 8).Scale(0, 30, _ => 3) };
        foreach (var at in new[] { 0, 1, 16, 37, 64 })
        {
            using var state = attention.CreateDecodingState(2);
            _ = Decode(state, [.. inputs.Select(all => Part(all, 0, at))], prefix: Math.Min(at, 5));
            var bytes = Saved(state);
            using var stream = new MemoryStream([.. bytes, 42]);
            using var loaded = layer.Create().Attention.LoadDecodingState(stream);
            Assert.Equal(bytes.Length, stream.Position);
            Assert.Equal((2, at), (loaded.Streams, (int)loaded.Position));
            Assert.Equal(bytes, Saved(loaded));

            var rest = inputs.Select(all => Part(all, at, Length)).ToArray();
            var expected = Decode(state, rest, prefix: 0);
            var actual = Decode(loaded, rest, prefix: 0);
            Compare.Same(expected[0], actual[0]);
            Compare.Same(expected[1], actual[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_prefill_without_outputs_leaves_the_state_of_one_with_them(Layer layer)
    {
        var (attention, _) = layer.Create();
        var inputs = new Inputs(layer, Length, Length, seed: 9);
        using var with = attention.CreateDecodingState();
        using var without = attention.CreateDecodingState();
        _ = DecodingTests.Decode(with, Part(inputs, 0, 50), prefix: 50);
        without.Prefill(
            default, inputs.Key.AsSpan(0, 50 * layer.HeadDim), inputs.Value.AsSpan(0, 50 * layer.ValueDim), default, Shape(1, 50));
        Compare.Same(Steps(with, inputs, 50, Length), Steps(without, inputs, 50, Length));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Prefills_and_steps_in_any_order_compute_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        var inputs = new Inputs(layer, 200, 200, seed: 10);
        var expected = inputs.Naive(weights).Output;
        using var state = attention.CreateDecodingState();
        var output = new List<float>();
        var at = 0;
        foreach (var (prefill, steps) in new[] { (0, 3), (10, 5), (0, 20), (60, 0), (1, 1), (50, 50) })
        {
            output.AddRange(DecodingTests.Decode(state, Part(inputs, at, at + prefill + steps), prefill));
            at += prefill + steps;
        }

        Assert.Equal(200, at);
        Compare.Close(expected, output.ToArray(), inputs.Tolerance(weights));
    }

    [Fact]
    public void Bytes_are_constant_for_features_and_grow_for_exact_attention()
    {
        using var features = new CausalSoftmax16(1).CreateDecodingState();
        using var exact = new CausalExact16().CreateDecodingState();
        var (before, exactBefore) = (features.StateBytes, exact.StateBytes);
        Steps(features, new Inputs(Layer.Of<CausalSoftmax16>(), 300, 300, seed: 1), 0, 300);
        Steps(exact, new Inputs(Layer.Of<CausalExact16>(), 300, 300, seed: 1), 0, 300);
        Assert.Equal(before, features.StateBytes);
        Assert.InRange(exact.StateBytes, 300 * 32 * sizeof(float), 2 * 320 * 32 * sizeof(float));
        Assert.InRange(exactBefore, 1, 64 * 32 * sizeof(float));
    }

    [Fact]
    public void A_state_keeps_its_projections()
    {
        var attention = new CausalSoftmax16(1);
        var inputs = new Inputs(Layer.Of<CausalSoftmax16>(), Length, Length, seed: 1);
        using var plain = attention.CreateDecodingState();
        var expected = Steps(plain, inputs, 0, Length);
        using var state = attention.CreateDecodingState();
        var first = Steps(state, inputs, 0, 20);
        var projection = attention.Projection;
        attention.Redraw(2);
        Assert.Same(projection, state.Projection);
        Compare.Same(expected, [.. first, .. Steps(state, inputs, 20, Length)]);

        // So it is no state of the layer any more, until that takes the projections back.
        var bytes = Saved(state);
        var error = Assert.Throws<InvalidDataException>(() => attention.LoadDecodingState(new MemoryStream(bytes)));
        Assert.Contains("projections of the checksum", error.Message, StringComparison.Ordinal);
        attention.Redraw(projection);
        attention.LoadDecodingState(new MemoryStream(bytes)).Dispose();
    }

    [Fact]
    public void Wrong_arguments_are_named_with_both_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>("streams", () => new CausalSoftmax16(1).CreateDecodingState(0));
        using var state = new CausalSoftmax16(1).CreateDecodingState(3);
        float[] right = new float[48], wrong = new float[47];
        Refuses("query", "47", "streams 3 × dim 16 = 48", () => state.Step(wrong, right, right, right));
        Refuses("key", "47", "48", () => state.Step(right, wrong, right, right));
        Refuses("value", "47", "48", () => state.Step(right, right, wrong, right));
        Refuses("destination", "47", "48", () => state.Step(right, right, right, wrong));
        Refuses("destination", "0", "48", () => state.Step(right, right, right, default));
        Refuses("destination", "48", "overlaps query", () => state.Step(right, right.ToArray(), right.ToArray(), right));
        Refuses(
            "key", "47", "3 × length 2 × dim 16 = 96", () => state.Prefill(default, wrong, new float[96], default, Shape(3, 2)));
        Refuses("query", "48", "96", () => state.Prefill(right, new float[96], new float[96], new float[96], Shape(3, 2)));
        Refuses("shape", "-1", "at least 0", () => state.Prefill(right, right, right, right, Shape(3, -1)));
        Assert.Equal(0, state.Position);
        state.Prefill(default, default, default, default, Shape(3, 0));
        Assert.Equal(0, state.Position);
        Assert.Throws<ArgumentNullException>("stream", () => state.Save(null!));

        state.Dispose();
        state.Dispose();
        Assert.Throws<ObjectDisposedException>(() => state.Step(right, right, right, new float[48]));
        Assert.Throws<ObjectDisposedException>(() => state.Fork());
        Assert.Throws<ObjectDisposedException>(() => state.Save(Stream.Null));

        static void Refuses(string parameter, string found, string needed, Action call)
        {
            var error = Assert.Throws<ArgumentException>(parameter, call);
            Assert.Contains(found, error.Message, StringComparison.Ordinal);
            Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_layer_is_refused_with_both_names()
    {
        using var state = new CausalSoftmax16(7).CreateDecodingState();
        var bytes = Saved(state);
        Refuses(
            "features m = 32, causal.' , but", "features m = 20", () => new CausalSoftmax8(7).LoadDecodingState(new MemoryStream(bytes)));
        Refuses("kernel Softmax", "kernel Relu", () => new CausalRelu16(7).LoadDecodingState(new MemoryStream(bytes)));
        Refuses("FAVOR+", "Exact softmax", () => new CausalExact16().LoadDecodingState(new MemoryStream(bytes)));
        Refuses("checksum", "those of this layer", () => new CausalSoftmax16(8).LoadDecodingState(new MemoryStream(bytes)));

        void Refuses(string found, string needed, Action load)
        {
            var error = Assert.Throws<InvalidDataException>(load);
            Assert.Contains(found.Split(" , ")[0], error.Message, StringComparison.Ordinal);
            Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_lambda_is_refused_with_both_numbers()
    {
        using var state = new CausalAsking(7, 2).CreateDecodingState();
        var bytes = Saved(state);
        var error = Assert.Throws<InvalidDataException>(() => new CausalAsking(7, 4).LoadDecodingState(new MemoryStream(bytes)));
        Assert.Contains("hyperparameters [", error.Message, StringComparison.Ordinal);
        new CausalAsking(7, 2).LoadDecodingState(new MemoryStream(bytes)).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cut_or_changed_file_is_never_loaded(bool exact)
    {
        IAttention attention = exact ? new CausalExact8() : new TinyCausalSoftmax(3);
        var layer = exact ? Layer.Of<CausalExact8>() : Layer.Of<TinyCausalSoftmax>();
        using var state = attention.CreateDecodingState(3);
        _ = Decode(state, [.. Enumerable.Range(0, 3).Select(seed => new Inputs(layer, 3, 3, seed))], prefix: 0);
        state.End(1);
        state.Restart(2);
        var bytes = Saved(state);
        attention.LoadDecodingState(new MemoryStream(bytes)).Dispose();
        for (var length = 0; length < bytes.Length; length++)
        {
            var error = Assert.Throws<InvalidDataException>(() => attention.LoadDecodingState(new MemoryStream(bytes, 0, length)));
            Assert.Contains(length.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
            Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var flip in new byte[] { 1, 0x80 })
            {
                var damaged = bytes.ToArray();
                damaged[i] ^= flip;
                Assert.Throws<InvalidDataException>(() => attention.LoadDecodingState(new MemoryStream(damaged)));
            }
        }
    }

    /// <summary>A checksum of bytes that end in their own checksum is the same for all; so the last one leaves the first one out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_changed_header_under_a_right_checksum_is_never_loaded(bool exact)
    {
        IAttention attention = exact ? new CausalExact8() : new TinyCausalSoftmax(3);
        var layer = exact ? Layer.Of<CausalExact8>() : Layer.Of<TinyCausalSoftmax>();
        using var state = attention.CreateDecodingState(2);
        state.Prefill(default, new float[2 * 3 * layer.HeadDim], new float[2 * 3 * layer.ValueDim], default, Shape(2, 3));
        var bytes = Saved(state);
        Load(Changed(0, 'K'));
        var header = HeaderLength(bytes);
        for (var place = 0; place < header; place++)
        {
            foreach (var flip in new byte[] { 1, 2, 0x40, 0x80, 0xFF })
            {
                Assert.Throws<InvalidDataException>(() => Load(Changed(place, (byte)(bytes[place] ^ flip))));
            }
        }

        void Load(byte[] saved) => attention.LoadDecodingState(new MemoryStream(saved)).Dispose();

        byte[] Changed(int place, int value)
        {
            var changed = bytes.ToArray();
            changed[place] = (byte)value;
            return SignHeader(changed, HeaderLength(bytes));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_header_claims_is_refused_by_what_follows(bool exact)
    {
        IAttention attention = exact ? new CausalExact16() : new CausalSoftmax16(3);
        using var state = attention.CreateDecodingState();
        var bytes = Saved(state);
        var header = HeaderLength(bytes);
        foreach (var (streams, position, rows, message) in new[]
        {
            (int.MaxValue, 0L, 0, "cut off"), (int.MaxValue, 1L << 30, 0, "cut off|rows, but"), (1, 1L << 30, 0, "rows, but|damaged"),
            (1, long.MaxValue, 0, "tokens, but|damaged"), (1, 1L << 30, 1 << 30, "rows, but|cut off"), (1, 3, 4, "4 rows, but"),
            (0, 0L, 0, "0 streams, but 1 to 2147483647"), (-1, 0L, 0, "-1 streams"), (1, -1L, 0, "-1 tokens, but 0 to"),
            (1, long.MinValue, 0, "tokens, but 0 to"), (1, 100, 16, "16 rows, but"), (1, 3, -2, "-2 rows, but"),
            (1, 5, int.MinValue, "-2147483648 rows, but"), (int.MaxValue, 5, -1, "rows, but|tokens, but|cut off|damaged"),
        })
        {
            var claimed = bytes.ToArray();
            BitConverter.TryWriteBytes(claimed.AsSpan(header - 4), streams);
            BitConverter.TryWriteBytes(claimed.AsSpan(header + 4), position);
            BitConverter.TryWriteBytes(claimed.AsSpan(header + 12), rows);
            var error = Assert.Throws<InvalidDataException>(() =>
                attention.LoadDecodingState(new MemoryStream(SignHeader(claimed, header))));
            Assert.Matches(message, error.Message);
        }
    }

    /// <summary>A position leaves no other trace in a state of random features: any is loaded; past the last no token is taken.</summary>
    [Fact]
    public void Tokens_past_the_last_position_are_refused_with_both_numbers()
    {
        using var state = new CausalSoftmax16(3).CreateDecodingState(2);
        var bytes = Saved(state);
        var header = HeaderLength(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(header + 4), long.MaxValue - 1);
        var ofHeader = Crc32.Append(0, bytes.AsSpan(0, header));
        BitConverter.TryWriteBytes(
            bytes.AsSpan(bytes.Length - 4), Crc32.Append(ofHeader, bytes.AsSpan(header + 4, bytes.Length - header - 8)));
        using var loaded = new CausalSoftmax16(3).LoadDecodingState(new MemoryStream(bytes));
        float[] tokens = new float[32], output = new float[32];
        loaded.Step(tokens, tokens, tokens, output);
        Assert.Equal((long.MaxValue, 1), (loaded.PositionOf(0), loaded.PositionOf(1)));
        var error = Assert.Throws<InvalidOperationException>(() => loaded.Step(tokens, tokens, tokens, output));
        Assert.Contains("9223372036854775808 tokens of a stream, but at most 9223372036854775807", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, loaded.PositionOf(1));
        loaded.End(0);
        loaded.Step(tokens, tokens, tokens, output);
        Assert.Equal(2, loaded.Position);
    }

    [Fact]
    public void More_streams_than_there_is_memory_for_are_named_with_both_numbers()
    {
        foreach (var create in new Action[]
        {
            () => new CausalSoftmax16(1).CreateDecodingState(int.MaxValue), () => new CausalExact16().CreateDecodingState(int.MaxValue),
            () => new TinyCausalSoftmax(1).CreateDecodingState(int.MaxValue),
        })
        {
            var error = Assert.ThrowsAny<OutOfMemoryException>(create);
            Assert.Matches(
                "2147483647 streams of [0-9]+ bytes each need [0-9]{12,} bytes, but this process can have [0-9]+ in all", error.Message);
        }
    }

    /// <summary>Streams of exact attention without a token are twelve bytes each in a file, and as little in memory.</summary>
    [Fact]
    public void Streams_without_a_token_take_no_memory_until_they_have_one()
    {
        var attention = new CausalExact16();
        using var state = attention.CreateDecodingState(100);
        using var loaded = attention.LoadDecodingState(new MemoryStream(Saved(state)));
        Assert.InRange(loaded.StateBytes, 0, 1000);
        using var fork = loaded.Fork();
        var (tokens, expected) = (Inputs.Normal(new Random(1), 1600, 1), new float[1600]);
        state.Step(tokens, tokens, tokens, expected);
        foreach (var other in new[] { loaded, fork })
        {
            var output = new float[1600];
            other.Step(tokens, tokens, tokens, output);
            Compare.Same(expected, output);
        }

        Assert.Equal(state.StateBytes, loaded.StateBytes);
    }

    [Fact]
    public void The_form_is_as_documented()
    {
        using var state = new CausalSoftmax16(7).CreateDecodingState(2);
        var bytes = Saved(state);
        Assert.Equal("KGENDECO", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(4, BitConverter.ToInt32(bytes, 8));
        var text = BitConverter.ToInt32(bytes, 12);
        Assert.Equal(
            "FAVOR+ attention, kernel Softmax: head dim d = 16, value dim dv = 16, features m = 32, causal.",
            Encoding.UTF8.GetString(bytes, 16, text));

        // Without a token: the header, and for each stream its position, no rows, its head, and c, z, S, the rests of z and S, and the
        // maxima.
        Assert.Equal(16 + text + 4 + 4 + 4 + 4 + (2 * (8 + 4 + 4 + (4 * 32 * (4 + (2 * 16))))) + 4, bytes.Length);

        // The checksum of the header is of the header, the last one of all but that.
        var header = HeaderLength(bytes);
        Assert.Equal(16 + text + 4 + 4 + 4, header);
        Assert.Equal(Crc32.Append(0, bytes.AsSpan(0, header)), BitConverter.ToUInt32(bytes, header));
        var ofHeader = Crc32.Append(0, bytes.AsSpan(0, header));
        Assert.Equal(
            Crc32.Append(ofHeader, bytes.AsSpan(header + 4, bytes.Length - header - 8)), BitConverter.ToUInt32(bytes, bytes.Length - 4));

        bytes[8] = 1;
        var error = Assert.Throws<InvalidDataException>(() => new CausalSoftmax16(7).LoadDecodingState(new MemoryStream(bytes)));
        Assert.Contains("version 1 of the format; this library reads version 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("Prefill", error.Message, StringComparison.Ordinal);
        bytes[0] = (byte)'X';
        Assert.Throws<InvalidDataException>(() => new CausalSoftmax16(7).LoadDecodingState(new MemoryStream(bytes)));
    }

    private static byte[] Saved(DecodingState state)
    {
        using var stream = new MemoryStream();
        state.Save(stream);
        return stream.ToArray();
    }

    /// <summary>
    /// Up to its checksum: 16 bytes, the declaration, the hyperparameters, the projection's checksum and the streams.
    /// </summary>
    private static int HeaderLength(byte[] bytes)
    {
        var declaration = BitConverter.ToInt32(bytes, 12);
        return 16 + declaration + 4 + (4 * BitConverter.ToInt32(bytes, 16 + declaration)) + 4 + 4;
    }

    private static byte[] SignHeader(byte[] bytes, int header)
    {
        BitConverter.TryWriteBytes(bytes.AsSpan(header), Crc32.Append(0, bytes.AsSpan(0, header)));
        return bytes;
    }

    /// <summary>The tokens [from, to).</summary>
    private static Inputs Part(Inputs inputs, int from, int to)
    {
        var (d, dv) = (inputs.Layer.HeadDim, inputs.Layer.ValueDim);
        var part = new Inputs(inputs.Layer, to - from, to - from, seed: 1);
        inputs.Query.AsSpan(from * d, (to - from) * d).CopyTo(part.Query);
        inputs.Key.AsSpan(from * d, (to - from) * d).CopyTo(part.Key);
        inputs.Value.AsSpan(from * dv, (to - from) * dv).CopyTo(part.Value);
        return part;
    }

    /// <summary>One sequence whose heads are the streams.</summary>
    private static AttentionShape Shape(int streams, int length) => new(1, streams, length);

    private static float[] Steps(DecodingState state, Inputs inputs, int from, int to) =>
        DecodingTests.Decode(state, Part(inputs, from, to), prefix: 0);

    /// <summary>Several streams of the same length: a prefill, then steps.</summary>
    private static float[][] Decode(DecodingState state, Inputs[] all, int prefix)
    {
        var (d, dv, length) = (all[0].Layer.HeadDim, all[0].Layer.ValueDim, all[0].Shape.QueryLength);
        var outputs = all.Select(_ => new float[length * dv]).ToArray();
        foreach (var (from, count) in new[] { (0, prefix) }.Concat(Enumerable.Range(prefix, length - prefix).Select(t => (t, 1))))
        {
            float[] Gather(Func<Inputs, float[]> tensor, int dim) =>
                [.. all.SelectMany(inputs => tensor(inputs).Skip(from * dim).Take(count * dim))];
            var (query, key, value) = (Gather(x => x.Query, d), Gather(x => x.Key, d), Gather(x => x.Value, dv));
            var output = new float[all.Length * count * dv];
            if (from < prefix)
            {
                state.Prefill(query, key, value, output, Shape(all.Length, count));
            }
            else if (count > 0)
            {
                state.Step(query, key, value, output);
            }

            for (var stream = 0; stream < all.Length; stream++)
            {
                output.AsSpan(stream * count * dv, count * dv).CopyTo(outputs[stream].AsSpan(from * dv));
            }
        }

        return outputs;
    }
}
