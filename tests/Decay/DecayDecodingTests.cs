using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Decay;

/// <summary>Decoding of layers that forget gives what whole sequences give.</summary>
public sealed class DecayDecodingTests
{
    private const int Length = 140;

    public static TheoryData<Layer> Fading => [.. DecayTests.Fading, Layer.Of<FadingRotary>()];

    [Theory]
    [MemberData(nameof(Fading))]
    public void Steps_and_prompts_give_what_whole_sequences_give(Layer layer)
    {
        foreach (var logDecay in new[] { -1e-3f, -0.5f, -60 })
        {
            var call = new FadingCall(layer, 1, 2, Length, seed: 3, logDecay);
            var attention = (IFadingAttention)call.Create().Attention;
            var expected = call.Forward(attention);
            using var state = attention.CreateDecodingState(streams: 2);
            var position = 0;
            foreach (var tokens in new[] { 1, 37, 1, 1, 15, 16, 17, 1, 1, 0 })
            {
                Take(tokens == 0 ? Length - position : tokens);
            }

            void Take(int tokens)
            {
                var output = new float[2 * tokens * layer.ValueDim];
                if (tokens == 1)
                {
                    attention.Step(state, Part(call.Query), Part(call.Key), Part(call.Value), Part(call.LogDecay), output);
                }
                else
                {
                    attention.Prefill(
                        state, Part(call.Query), Part(call.Key), Part(call.Value), Part(call.LogDecay), output,
                        new AttentionShape(1, 2, tokens));
                }

                Compare.Close(NaiveAttention.ToDouble(Part(expected)), output, 1e-4);
                position += tokens;

                float[] Part(float[] tensor)
                {
                    var columns = tensor.Length / 2 / Length;
                    return [.. Enumerable.Range(0, 2).SelectMany(
                        head => tensor.AsSpan(((head * Length) + position) * columns, tokens * columns).ToArray())];
                }
            }
        }
    }

    /// <summary>Streams of three heads, each with its own constant.</summary>
    [Fact]
    public void Constants_of_heads_go_with_the_streams()
    {
        var layer = Layer.Of<RetentiveSoftmax>();
        var call = new FadingCall(layer, 2, 3, 60, seed: 4);
        var attention = (RetentiveSoftmax)call.Create().Attention;
        var expected = call.Forward(attention);
        using var state = attention.CreateDecodingState(streams: 6);
        using var part = state.Fork([1, 5]);
        for (var t = 0; t < 60; t++)
        {
            var output = new float[6 * 16];
            state.Step(Row(call.Query), Row(call.Key), Row(call.Value), output);
            Compare.Close(NaiveAttention.ToDouble(Row(expected)), output, 1e-5);
            var two = new float[2 * 16];
            part.Step(Of(Row(call.Query)), Of(Row(call.Key)), Of(Row(call.Value)), two);
            Compare.Same(Of(output), two);

            float[] Row(float[] tensor) =>
                [.. Enumerable.Range(0, 6).SelectMany(stream => tensor.AsSpan(((stream * 60) + t) * 16, 16).ToArray())];

            static float[] Of(float[] rows) => [.. rows.AsSpan(16, 16), .. rows.AsSpan(5 * 16, 16)];
        }
    }

    [Theory]
    [MemberData(nameof(Fading))]
    public void Forks_and_saved_states_go_on_by_the_same_bits(Layer layer)
    {
        var call = new FadingCall(layer, 1, 1, Length, seed: 5, logDecay: -3);
        var attention = (IFadingAttention)call.Create().Attention;
        using var state = attention.CreateDecodingState();
        Enumerable.Range(0, 57).ToList().ForEach(t => Step(state, t));
        using MemoryStream file = new();
        state.Save(file);
        file.Position = 0;
        using var loaded = attention.LoadDecodingState(file);
        Assert.Equal(file.Length, file.Position);
        using var fork = state.Fork();
        for (var t = 57; t < 100; t++)
        {
            var expected = Step(state, t);
            Compare.Same(expected, Step(loaded, t));
            Compare.Same(expected, Step(fork, t));
        }

        // A stream that begins anew has a clock that does.
        state.Restart(0);
        using var fresh = attention.CreateDecodingState();
        Compare.Same(Step(fresh, 0), Step(state, 0));
        Compare.Same(Step(fresh, 1), Step(state, 1));

        float[] Step(DecodingState one, int t)
        {
            var output = new float[layer.ValueDim];
            attention.Step(
                one, call.Query.AsSpan(t * layer.HeadDim, layer.HeadDim), call.Key.AsSpan(t * layer.HeadDim, layer.HeadDim),
                call.Value.AsSpan(t * layer.ValueDim, layer.ValueDim), call.LogDecay.AsSpan(t, 1), output);
            return output;
        }
    }

    /// <summary>Prompts of different lengths, padded or packed, each with its clock.</summary>
    [Fact]
    public void Prompts_of_different_lengths_have_a_clock_each()
    {
        var layer = Layer.Of<FadingSoftmax>();
        var call = new FadingCall(layer, 2, 1, 50, seed: 6, logDecay: -2);
        var attention = (IFadingAttention)call.Create().Attention;
        using var padded = attention.CreateDecodingState(streams: 2);
        using var packed = attention.CreateDecodingState(streams: 2);
        int[] lengths = [50, 23];
        call.LogDecay.AsSpan(73).Fill(float.NaN); // past the second prompt
        var output = new float[100 * 12];
        attention.Prefill(padded, call.Query, call.Key, call.Value, call.LogDecay, output, call.Shape, lengths);
        var whole = new float[73 * 12];
        attention.Prefill(
            packed, call.Query.AsSpan(0, 73 * 16), call.Key.AsSpan(0, 73 * 16), call.Value.AsSpan(0, 73 * 12), call.LogDecay.AsSpan(0, 73),
            whole, AttentionShape.Packed(sequences: 2, heads: 1, tokens: 73, TensorLayout.BatchLengthHeadDim), offsets: [0, 50, 73]);
        Compare.Same(whole, output.AsSpan(0, 73 * 12));
        var (one, two) = (new float[24], new float[24]);
        float[] next = [-0.5f, -0.25f];
        attention.Step(padded, call.Query.AsSpan(0, 32), call.Key.AsSpan(0, 32), call.Value.AsSpan(0, 24), next, one);
        attention.Step(packed, call.Query.AsSpan(0, 32), call.Key.AsSpan(0, 32), call.Value.AsSpan(0, 24), next, two);
        Compare.Same(one, two);
    }

    [Fact]
    public void Wrong_decays_are_refused_and_the_state_is_as_it_was()
    {
        var call = new FadingCall(Layer.Of<FadingSoftmax>(), 1, 1, 2, seed: 7);
        var attention = (IFadingAttention)call.Create().Attention;
        using var state = attention.CreateDecodingState();
        using var untouched = attention.CreateDecodingState();
        var refused = Assert.Throws<ArgumentException>("logDecay", () => Step(state, []));
        Assert.Contains("logDecay holds 0 numbers", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>("logDecay", () => Step(state, [-1, -1]));
        Assert.Contains("logDecay holds 2 numbers", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("logDecay", () => Step(state, [0.5f]));

        // Nor is a state of another layer, whatever that takes.
        using var other = new LastingSoftmax().CreateDecodingState();
        refused = Assert.Throws<ArgumentException>("state", () => Step(other, [-1]));
        Assert.Contains("LastingSoftmax, but this one is", refused.Message, StringComparison.Ordinal);

        // A state by itself takes what all attention takes, and that is not enough.
        Assert.Throws<ArgumentException>(
            "logDecay", () => state.Step(call.Query.AsSpan(0, 16), call.Key.AsSpan(0, 16), call.Value.AsSpan(0, 12), new float[12]));
        Compare.Same(Step(untouched, [-0.5f]), Step(state, [-0.5f]));

        float[] Step(DecodingState one, float[] decays)
        {
            var output = new float[12];
            attention.Step(one, call.Query.AsSpan(0, 16), call.Key.AsSpan(0, 16), call.Value.AsSpan(0, 12), decays, output);
            return output;
        }
    }

    /// <summary>Constant time and memory, and no drift: what is long forgotten is not in the state.</summary>
    [Theory]
    [InlineData(typeof(FadingSoftmax))]
    [InlineData(typeof(FadingLinear))]
    public void Stream_that_has_forgotten_goes_on_as_one_that_never_knew(Type type)
    {
        var layer = Layer.Of(type);
        var call = new FadingCall(layer, 1, 1, 64, seed: 8, logDecay: -1);
        var attention = (IFadingAttention)call.Create().Attention;
        using var old = attention.CreateDecodingState();
        using var fresh = attention.CreateDecodingState();
        for (var t = 0; t < 200_000; t++)
        {
            Step(old, t % 64);
        }

        for (var t = 0; t < 64; t++)
        {
            Step(fresh, t);
            Step(old, t);
        }

        // e^-32 of what was before it, on average.
        Compare.Close(NaiveAttention.ToDouble(Step(fresh, 0)), Step(old, 0), 1e-5);

        float[] Step(DecodingState one, int t)
        {
            var output = new float[layer.ValueDim];
            attention.Step(
                one, call.Query.AsSpan(t * layer.HeadDim, layer.HeadDim), call.Key.AsSpan(t * layer.HeadDim, layer.HeadDim),
                call.Value.AsSpan(t * layer.ValueDim, layer.ValueDim), call.LogDecay.AsSpan(t, 1), output);
            return output;
        }
    }
}
