using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Masks;

/// <summary>Decoding of causal masks: token by token what the whole sequence gives, from no more keys than are seen.</summary>
public sealed class MaskedDecodingTests
{
    private const int Streams = 3;

    [Theory]
    [ClassData(typeof(MaskedLayer.Decoding))]
    public void Steps_give_what_the_whole_sequence_gives(MaskedLayer layer)
    {
        const int length = 900;
        var call = new MaskedCall(layer, 1, Streams, length, length, seed: 1);
        var whole = call.Forward(layer.Create());
        foreach (var prefilled in new[] { 0, 1, 63, 64, 200, 613 })
        {
            var attention = (ICausalAttention)layer.Create();
            using var state = attention.CreateDecodingState(Streams);
            Prefill(state, attention, layer, call, 0, prefilled);
            var expected = Array.ConvertAll(Rows(whole, attention, length, prefilled, length), x => (double)x);
            Compare.Close(expected, Steps(state, attention, layer, call, prefilled, length), 1e-5);
        }
    }

    [Theory]
    [ClassData(typeof(MaskedLayer.Decoding))]
    public void Prompts_in_parts_are_one_prompt(MaskedLayer layer)
    {
        const int length = 700;
        var call = new MaskedCall(layer, 1, Streams, length, length, seed: 2);
        var attention = (ICausalAttention)layer.Create();
        using var whole = attention.CreateDecodingState(Streams);
        using var parts = attention.CreateDecodingState(Streams);
        Prefill(whole, attention, layer, call, 0, 650);
        foreach (var (from, to) in new[] { (0, 10), (10, 11), (11, 400), (400, 650) })
        {
            Prefill(parts, attention, layer, call, from, to);
        }

        var expected = Steps(whole, attention, layer, call, 650, length);
        Compare.Close(Array.ConvertAll(expected, x => (double)x), Steps(parts, attention, layer, call, 650, length), 1e-6);
    }

    /// <summary>Saved and forked, a state goes on as it would have.</summary>
    [Theory]
    [ClassData(typeof(MaskedLayer.Decoding))]
    public void Saved_and_forked_states_go_on_to_the_bit(MaskedLayer layer)
    {
        const int length = 800;
        var call = new MaskedCall(layer, 1, Streams, length, length, seed: 3);
        var attention = (ICausalAttention)layer.Create();
        using var state = attention.CreateDecodingState(Streams);
        Steps(state, attention, layer, call, 0, 500);
        using var saved = new MemoryStream();
        state.Save(saved);
        saved.Position = 0;
        using var loaded = attention.LoadDecodingState(saved);
        using var fork = state.Fork();
        var expected = Steps(state, attention, layer, call, 500, length);
        Compare.Same(expected, Steps(loaded, attention, layer, call, 500, length));
        Compare.Same(expected, Steps(fork, attention, layer, call, 500, length));
    }

    /// <summary>What no later token sees is forgotten.</summary>
    [Theory]
    [InlineData(typeof(Window5))]
    [InlineData(typeof(Window48))]
    [InlineData(typeof(Window250))]
    [InlineData(typeof(SinkWindow))]
    [InlineData(typeof(DilatedWindow))]
    [InlineData(typeof(DocumentWindow))]
    public void Memory_of_a_window_stays_what_it_was(Type type)
    {
        var layer = MaskedLayer.All.Single(one => one.Type == type);
        var call = new MaskedCall(layer, 1, Streams, 3000, 3000, seed: 4);
        var attention = (ICausalAttention)layer.Create();
        using var state = attention.CreateDecodingState(Streams);
        Prefill(state, attention, layer, call, 0, 1000);
        var before = state.StateBytes;
        Steps(state, attention, layer, call, 1000, 3000);
        Assert.Equal(before, state.StateBytes);
        Assert.Equal(3000, state.Position);
    }

    private static void Prefill(DecodingState state, ICausalAttention attention, MaskedLayer layer, MaskedCall call, int from, int to)
    {
        var (length, shape) = (call.Shape.KeyLength, new AttentionShape(1, Streams, to - from));
        var key = Rows(call.Key, attention, length, from, to, attention.HeadDim);
        var value = Rows(call.Value, attention, length, from, to);
        if (layer.Tokens is { } tokens)
        {
            tokens.Prefill!(attention, state, [], key, value, Array.ConvertAll(call.TokenNumbers, all => all[from..to]), [], shape);
        }
        else
        {
            state.Prefill([], key, value, [], shape);
        }
    }

    /// <summary>The outputs of the tokens [from, to), [streams, tokens, value dim].</summary>
    private static float[] Steps(DecodingState state, ICausalAttention attention, MaskedLayer layer, MaskedCall call, int from, int to)
    {
        var (length, dv) = (call.Shape.KeyLength, attention.ValueDim);
        var outputs = new float[Streams * (to - from) * dv];
        var output = new float[Streams * dv];
        for (var token = from; token < to; token++)
        {
            var query = Rows(call.Query, attention, length, token, token + 1, attention.HeadDim);
            var key = Rows(call.Key, attention, length, token, token + 1, attention.HeadDim);
            var value = Rows(call.Value, attention, length, token, token + 1);
            if (layer.Tokens is { } tokens)
            {
                // Streams are heads of one sequence, and each has a number.
                var numbers = Array.ConvertAll(call.TokenNumbers, all => Enumerable.Repeat(all[token], Streams).ToArray());
                tokens.Step!(attention, state, query, key, value, numbers, output);
            }
            else
            {
                state.Step(query, key, value, output);
            }

            for (var stream = 0; stream < Streams; stream++)
            {
                output.AsSpan(stream * dv, dv).CopyTo(outputs.AsSpan(((stream * (to - from)) + token - from) * dv));
            }
        }

        return outputs;
    }

    /// <summary>The tokens [from, to) of each stream.</summary>
    private static float[] Rows(float[] tensor, ICausalAttention attention, int length, int from, int to, int? dim = null)
    {
        var columns = dim ?? attention.ValueDim;
        return [.. Enumerable.Range(0, Streams).SelectMany(stream =>
            tensor.AsSpan(((stream * length) + from) * columns, (to - from) * columns).ToArray())];
    }
}
