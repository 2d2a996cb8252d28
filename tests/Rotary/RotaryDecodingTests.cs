using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Rotary;

/// <summary>Decoding with rotary positions: token by token what the whole sequence gives, wherever prompts end.</summary>
public sealed class RotaryDecodingTests
{
    private const int Streams = 2, Length = 260;

    [Theory]
    [ClassData(typeof(RotaryLayer.Decoding))]
    public void Steps_give_what_the_whole_sequence_gives(RotaryLayer layer)
    {
        var call = new Call(layer.Create(), new AttentionShape(1, Streams, Length), seed: 1);
        call.Run();
        foreach (var prompts in new int[][] { [], [1], [17], [64], [100, 3, 60] })
        {
            var attention = (ICausalAttention)layer.Create();
            using var state = attention.CreateDecodingState(Streams);
            var from = 0;
            foreach (var prompt in prompts)
            {
                var output = new float[Streams * prompt * attention.ValueDim];
                state.Prefill(
                    Rows(call.Query, from, from + prompt, attention.HeadDim), Rows(call.Key, from, from + prompt, attention.HeadDim),
                    Rows(call.Value, from, from + prompt, attention.ValueDim), output, new AttentionShape(1, Streams, prompt));
                Check(layer, call, output, from, from + prompt);
                from += prompt;
            }

            for (; from < Length; from++)
            {
                var output = new float[Streams * attention.ValueDim];
                state.Step(
                    Rows(call.Query, from, from + 1, attention.HeadDim), Rows(call.Key, from, from + 1, attention.HeadDim),
                    Rows(call.Value, from, from + 1, attention.ValueDim), output);
                Check(layer, call, output, from, from + 1);
            }
        }
    }

    /// <summary>Prompts that nobody wants the outputs of, some padded; then the state is saved and goes on.</summary>
    [Theory]
    [ClassData(typeof(RotaryLayer.Decoding))]
    public void Streams_go_on_from_positions_of_their_own(RotaryLayer layer)
    {
        var call = new Call(layer.Create(), new AttentionShape(1, Streams, Length), seed: 2);
        call.Run();
        var attention = (ICausalAttention)layer.Create();
        using var state = attention.CreateDecodingState(Streams);
        int[] at = [90, 41];
        state.Prefill(
            [], Rows(call.Key, 0, 90, attention.HeadDim), Rows(call.Value, 0, 90, attention.ValueDim), [],
            new AttentionShape(Streams, 1, 90), at);
        using var saved = new MemoryStream();
        state.Save(saved);
        saved.Position = 0;
        using var loaded = attention.LoadDecodingState(saved);
        for (var step = 0; step < 100; step++)
        {
            var output = new float[Streams * attention.ValueDim];
            loaded.Step(
                Tokens(call.Query, attention.HeadDim), Tokens(call.Key, attention.HeadDim), Tokens(call.Value, attention.ValueDim), output);
            Compare.Close(NaiveAttention.ToDouble(Tokens(call.Output, attention.ValueDim)), output, 2e-5, size: 0.5);
            (at[0], at[1]) = (at[0] + 1, at[1] + 1);
        }

        float[] Tokens(float[] tensor, int columns) =>
            [.. Enumerable.Range(0, Streams).SelectMany(stream =>
                tensor.AsSpan(((stream * Length) + at[stream]) * columns, columns).ToArray())];
    }

    private static void Check(RotaryLayer layer, Call call, float[] output, int from, int to)
    {
        var expected = Rows(call.Output, from, to, call.Attention.ValueDim);
        try
        {
            Compare.Close(NaiveAttention.ToDouble(expected), output, 2e-5, size: 0.5);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{layer}, tokens {from} to {to}: {fault.Message}", fault);
        }
    }

    /// <summary>The tokens [from, to) of each stream.</summary>
    private static float[] Rows(float[] tensor, int from, int to, int columns) =>
        [.. Enumerable.Range(0, Streams).SelectMany(stream =>
            tensor.AsSpan(((stream * Length) + from) * columns, (to - from) * columns).ToArray())];
}
