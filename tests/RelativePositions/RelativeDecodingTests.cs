using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.RelativePositions;

/// <summary>Tokens one by one give what they give at once, also after a segment, and for as long as distances suffice.</summary>
public sealed class RelativeDecodingTests
{
    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Steps_give_what_a_call_gives(RelativeLayer layer)
    {
        var length = Math.Min(layer.Distances, 150);
        var shape = new AttentionShape(1, 4, length, length) { KeyHeads = 2 };
        var call = new RelativeCall(layer, shape);
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var expected = call.Compute(degree: 1).Output;
        foreach (var prompt in new[] { 0, 1, 29 })
        {
            var attention = layer.Create();
            using var state = ((ICausalAttention)attention).CreateDecodingState(4);
            var actual = new float[expected.Length];
            if (prompt > 0)
            {
                Prefill(attention, state, prompt);
            }

            for (var token = prompt; token < length; token++)
            {
                var row = new float[4 * dv];
                layer.Step(
                    attention, state, Row(call.Query, token, 4, d), Row(call.Key, token, 2, d), Row(call.Value, token, 2, dv),
                    Row(call.Positions, token, 4, d), call.Distances, row, groupSize: 2);
                for (var head = 0; head < 4; head++)
                {
                    row.AsSpan(head * dv, dv).CopyTo(actual.AsSpan(((head * length) + token) * dv));
                }
            }

            Compare.Close([.. expected.Select(number => (double)number)], actual, 1e-5);

            void Prefill(IAttention layerOfState, DecodingState streams, int tokens)
            {
                var output = new float[4 * tokens * dv];
                layer.Prefill(
                    layerOfState, streams, Rows(call.Query, tokens, 4, d), Rows(call.Key, tokens, 2, d), Rows(call.Value, tokens, 2, dv),
                    Rows(call.Positions, tokens, 4, d), call.Distances, output,
                    new AttentionShape(1, 4, tokens, tokens) { KeyHeads = 2 });
                for (var head = 0; head < 4; head++)
                {
                    output.AsSpan(head * tokens * dv, tokens * dv).CopyTo(actual.AsSpan(head * length * dv));
                }
            }
        }

        float[] Row(float[] tensor, int token, int heads, int columns) =>
            [.. Enumerable.Range(0, heads).SelectMany(head => tensor.Skip(((head * length) + token) * columns).Take(columns))];

        float[] Rows(float[] tensor, int tokens, int heads, int columns) =>
            [.. Enumerable.Range(0, heads).SelectMany(head => tensor.Skip(head * length * columns).Take(tokens * columns))];
    }

    /// <summary>Two sequences of two heads: each stream reads the distances of its head.</summary>
    [Fact]
    public void Streams_of_several_sequences_share_the_keys_of_distances()
    {
        var layer = RelativeLayer.Of(typeof(Segments));
        var call = new RelativeCall(layer, new AttentionShape(2, 2, 20, 20));
        var expected = call.Compute(degree: 1).Output;
        var attention = layer.Create();
        using var state = ((ICausalAttention)attention).CreateDecodingState(4, heads: 2);
        using var saved = new MemoryStream();
        var loaded = state;
        var actual = new float[expected.Length];
        for (var token = 0; token < 20; token++)
        {
            if (token == 10)
            {
                state.Save(saved);
                saved.Position = 0;
                loaded = ((ICausalAttention)attention).LoadDecodingState(saved);
            }

            var row = new float[4 * 16];
            layer.Step(attention, loaded, Row(call.Query), Row(call.Key), Row(call.Value), Row(call.Positions), call.Distances, row);
            for (var stream = 0; stream < 4; stream++)
            {
                row.AsSpan(stream * 16, 16).CopyTo(actual.AsSpan(((stream * 20) + token) * 16));
            }

            float[] Row(float[] tensor) =>
                [.. Enumerable.Range(0, 4).SelectMany(stream => tensor.Skip(((stream * 20) + token) * 16).Take(16))];
        }

        loaded.Dispose();
        Compare.Close([.. expected.Select(number => (double)number)], actual, 1e-5);
    }

    /// <summary>A prefill of some heads takes the distances of these, from the first on.</summary>
    [Fact]
    public void Some_heads_of_a_sequence_may_be_filled_alone()
    {
        var layer = RelativeLayer.Of(typeof(Segments));
        var call = new RelativeCall(layer, new AttentionShape(1, 2, 9, 9));
        var expected = call.Compute(degree: 1).Output;
        var attention = layer.Create();
        using var state = ((ICausalAttention)attention).CreateDecodingState(4);
        var actual = new float[expected.Length];
        layer.Prefill(
            attention, state, call.Query, call.Key, call.Value, call.Positions, call.Distances, actual, call.Shape, streams: 2..4);
        Compare.Close([.. expected.Select(number => (double)number)], actual, 1e-5);
    }

    [Fact]
    public void A_window_no_wider_than_the_distances_goes_on_for_ever()
    {
        var layer = RelativeLayer.Of(typeof(SameLength));
        var call = new RelativeCall(layer, new AttentionShape(1, 1, 300, 300));
        var attention = layer.Create();
        using var state = ((ICausalAttention)attention).CreateDecodingState();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var last = new float[dv];
        for (var token = 0; token < 900; token++)
        {
            var at = token % 300;
            layer.Step(
                attention, state, call.Query.AsSpan(at * d, d), call.Key.AsSpan(at * d, d), call.Value.AsSpan(at * dv, dv),
                call.Positions.AsSpan(at * d, d), call.Distances, last);
        }

        // The last window is the last tokens of a call: it does not matter when it is.
        Compare.Close([.. call.Compute(degree: 1).Output.Skip(299 * dv).Select(number => (double)number)], last, 1e-5);
    }

    [Fact]
    public void A_stream_that_outgrows_the_distances_is_named()
    {
        var layer = RelativeLayer.Of(typeof(OneNumber));
        var attention = layer.Create();
        using var state = ((ICausalAttention)attention).CreateDecodingState();
        float[] x = [1], r = new float[40], o = new float[1];
        for (var token = 0; token < 40; token++)
        {
            layer.Step(attention, state, x, x, x, x, r, o);
        }

        var thrown = Assert.Throws<InvalidOperationException>(() => layer.Step(attention, state, x, x, x, x, r, o));
        Assert.Contains("41 tokens", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("at most 40", thrown.Message, StringComparison.Ordinal);
        var tooFew = Assert.Throws<ArgumentException>(() => layer.Step(attention, state, x, x, x, x, new float[39], o));
        Assert.Contains("39", tooFew.Message, StringComparison.Ordinal);
    }
}
