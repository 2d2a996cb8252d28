using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Masks;

/// <summary>
/// Calls of layers that ask for numbers of tokens, beyond what every mask is tested by: packed sequences, grouped heads, layouts, streams of
/// several sequences, and what is wrong with numbers.
/// </summary>
public sealed class PerTokenTests
{
    /// <summary>Of packed sequences each gives what it gives alone, to the bit, by its own numbers.</summary>
    [Theory]
    [InlineData(TensorLayout.BatchLengthHeadDim, false)]
    [InlineData(TensorLayout.BatchHeadLengthDim, true)]
    public void Packed_sequences_have_their_own_numbers(TensorLayout layout, bool hasMoreKeys)
    {
        int[] lengths = [60, 0, 1, 130], keyLengths = hasMoreKeys ? [75, 4, 30, 131] : lengths;
        var packed = new PackedBatch(Layer.Of(typeof(Documents)), lengths, hasMoreKeys ? keyLengths : null, layout);
        int[] numbers = [.. keyLengths.SelectMany((count, sequence) => Enumerable.Range(0, count).Select(t => (t / 23) - sequence))];
        var all = Compute(packed, numbers);
        for (var sequence = 0; sequence < lengths.Length; sequence++)
        {
            var first = keyLengths[..sequence].Sum();
            var alone = Compute(packed.Alone(sequence), numbers[first..(first + keyLengths[sequence])]);
            foreach (var (whole, own) in packed.Part(all, sequence).All.Zip(alone.All))
            {
                Compare.Same(own, whole);
            }
        }
    }

    /// <summary>Heads share the numbers of their sequence, whether they share keys or not, wherever heads lie.</summary>
    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void Grouped_heads_share_numbers(TensorLayout layout)
    {
        const int batch = 2, heads = 4, length = 70;
        var attention = new Documents();
        var shape = new AttentionShape(batch, heads, length, length, layout) { KeyHeads = 2 };
        var random = new Random(12);
        var q = Inputs.Normal(random, batch * heads * length * Documents.HeadDim, 1);
        var k = Inputs.Normal(random, batch * 2 * length * Documents.HeadDim, 1);
        var v = Inputs.Normal(random, batch * 2 * length * Documents.ValueDim, 1);
        int[] numbers = [.. Enumerable.Range(0, batch * length).Select(i => i / 17)];
        var output = new float[batch * heads * length * Documents.ValueDim];
        attention.Forward(q, k, v, numbers, output, shape);

        // Keys and values of each query head on its own.
        var (alone, expected) = (shape with { KeyHeads = heads }, new float[output.Length]);
        attention.Forward(q, Repeated(k, Documents.HeadDim), Repeated(v, Documents.ValueDim), numbers, expected, alone);
        Compare.Same(expected, output);

        float[] Repeated(float[] tensor, int dim)
        {
            var rows = tensor.Chunk(dim).ToArray();
            return
            [
                .. Enumerable.Range(0, batch * heads * length).SelectMany(row => layout == TensorLayout.BatchHeadLengthDim
                    ? rows[(row / length / heads * 2 * length) + (row / length % heads / 2 * length) + (row % length)]
                    : rows[(row / heads * 2) + (row % heads / 2)]),
            ];
        }
    }

    /// <summary>No two threads add to one sum.</summary>
    [Theory]
    [InlineData(typeof(Documents))]
    [InlineData(typeof(Speakers))]
    public void Threads_change_no_bit(Type type)
    {
        var layer = MaskedLayer.All.Single(one => one.Type == type);
        var call = new MaskedCall(layer, batch: 2, heads: 2, queries: 300, keys: 300, seed: 3);
        var results = new[] { 1, 2 }.Select(degree =>
        {
            var attention = layer.Create();
            attention.DegreeOfParallelism = degree;
            using var context = new BackwardContext();
            var output = call.Forward(attention, context);
            var (dq, dk, dv) = call.Backward(attention, output, context);
            return new[] { output, dq, dk, dv };
        }).ToList();
        foreach (var (one, two) in results[0].Zip(results[1]))
        {
            Compare.Same(one, two);
        }
    }

    /// <summary>What another document holds is in no sum where its tile is seen by nobody.</summary>
    [Fact]
    public void NaN_of_a_key_of_another_document_changes_no_bit()
    {
        var layer = MaskedLayer.All.Single(one => one.Type == typeof(Documents));
        var attention = layer.Create();
        var call = new MaskedCall(layer, 1, 1, 400, 400, seed: 8);
        var before = call.Forward(attention);
        var numbers = call.TokenNumbers[0];
        var end = Array.FindIndex(numbers, number => number != numbers[0]);
        call.Key.AsSpan(0, end * attention.HeadDim).Fill(float.NaN);
        var after = call.Forward(attention);
        for (var i = end; i < 400; i++)
        {
            if (numbers[i] != numbers[0])
            {
                var row = i * attention.ValueDim;
                Compare.Same(before.AsSpan(row, attention.ValueDim), after.AsSpan(row, attention.ValueDim));
            }
        }
    }

    /// <summary>Each stream has a number of its own in a step; prompts have those of their sequences.</summary>
    [Fact]
    public void Streams_of_several_sequences_have_their_own_numbers()
    {
        const int batch = 2, heads = 3, length = 40, prompt = 25;
        var layer = MaskedLayer.All.Single(one => one.Type == typeof(Documents));
        var call = new MaskedCall(layer, batch, heads, length, length, seed: 4);
        var attention = (Documents)layer.Create();
        var whole = call.Forward(attention);
        using var state = attention.CreateDecodingState(batch * heads, heads);
        var output = new float[batch * heads * prompt * Documents.ValueDim];
        attention.Prefill(
            state, Rows(call.Query, Documents.HeadDim, 0, prompt), Rows(call.Key, Documents.HeadDim, 0, prompt),
            Rows(call.Value, Documents.ValueDim, 0, prompt), Tokens(0, prompt), output, new AttentionShape(batch, heads, prompt));
        Close(Rows(whole, Documents.ValueDim, 0, prompt), output);
        for (var token = prompt; token < length; token++)
        {
            output = new float[batch * heads * Documents.ValueDim];
            int[] numbers = [.. Tokens(token, token + 1).SelectMany(number => Enumerable.Repeat(number, heads))];
            attention.Step(
                state, Rows(call.Query, Documents.HeadDim, token, token + 1), Rows(call.Key, Documents.HeadDim, token, token + 1),
                Rows(call.Value, Documents.ValueDim, token, token + 1), numbers, output);
            Close(Rows(whole, Documents.ValueDim, token, token + 1), output);
        }

        int[] Tokens(int from, int to) =>
            [.. Enumerable.Range(0, batch).SelectMany(b => call.TokenNumbers[0][((b * length) + from)..((b * length) + to)])];

        float[] Rows(float[] tensor, int dim, int from, int to) =>
        [
            .. Enumerable.Range(0, batch * heads)
                .SelectMany(head => tensor[(((head * length) + from) * dim)..(((head * length) + to) * dim)]),
        ];

        // Sums of probabilities are rounded in another order.
        static void Close(float[] expected, float[] actual) => Compare.Close(Array.ConvertAll(expected, x => (double)x), actual, 1e-5);
    }

    /// <summary>Packed prompts of different lengths, then a token of each.</summary>
    [Fact]
    public void Packed_prompts_have_their_own_numbers()
    {
        const int heads = 2;
        int[] lengths = [30, 70], offsets = [0, 30, 100];
        var packed = new PackedBatch(Layer.Of(typeof(Documents)), lengths, heads: heads);
        var attention = new Documents();
        int[] numbers = [.. Enumerable.Range(0, 100).Select(t => t / 13)];
        var expected = Compute(packed, numbers).Output;
        using var state = attention.CreateDecodingState(2 * heads, heads);
        var output = new float[expected.Length];
        attention.Prefill(state, packed.Query, packed.Key, packed.Value, numbers, output, packed.Shape, offsets: offsets);
        Compare.Same(expected, output);
    }

    [Fact]
    public void Wrong_numbers_are_named()
    {
        var attention = new Documents();
        var shape = new AttentionShape(2, 3, 4, 5);
        var (q, k, v) = (new float[2 * 3 * 4 * 16], new float[2 * 3 * 5 * 16], new float[2 * 3 * 5 * 24]);
        var o = new float[2 * 3 * 4 * 24];
        Refused("tokenDocument holds 8 numbers, but batch 2 × length 5 × dim 1 = 10 are needed.", () =>
            attention.Forward(q, k, v, new int[8], o, shape));

        // Who knows only what all attention has does not hand them in.
        Refused("tokenDocument holds 0 numbers, but batch 2 × length 5 × dim 1 = 10 are needed.", () =>
            ((IAttention)attention).Forward(q, k, v, o, shape));
        var numbers = new int[10];
        using var context = new BackwardContext();
        attention.Forward(q, k, v, numbers, o, shape, new() { Context = context });
        Refused("tokenDocument holds 9 numbers, but batch 2 × length 5 × dim 1 = 10 are needed.", () => attention.Backward(
            q, k, v, new int[9], o, context, o.ToArray(), q.ToArray(), k.ToArray(), v.ToArray(), shape));
        foreach (var far in new[] { (1 << 29) + 1, int.MaxValue, int.MinValue })
        {
            numbers[7] = far;
            Refused($"tokenDocument[7] is {far}, but numbers of tokens are from -536870912 to 536870912.", () =>
                attention.Forward(q, k, v, numbers, o, shape));
        }

        using var state = attention.CreateDecodingState(streams: 6);
        var (row, output) = (new float[6 * 16], new float[6 * 24]);
        Refused("tokenDocument holds 0 numbers, but ", () => state.Step(row, row, output, output.ToArray()));
        Refused("tokenDocument holds 2 numbers, but ", () => attention.Step(state, row, row, output, new int[2], output.ToArray()));
        Refused("tokenDocument[5] is -536870913, but ", () =>
            attention.Step(state, row, row, output, [0, 0, 0, 0, 0, -536870913], output.ToArray()));
        Refused("tokenDocument holds 3 numbers, but batch 2 × length 1 × dim 1 = 2 are needed.", () =>
            attention.Prefill(state, row, row, output, new int[3], output.ToArray(), new AttentionShape(2, 3, 1)));
        Assert.Equal(0, state.Position);
        Assert.Throws<ArgumentNullException>(() => attention.Step(null!, row, row, output, new int[6], output.ToArray()));

        static void Refused(string message, Action call) =>
            Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static PackedBatch.Result Compute(PackedBatch batch, int[] numbers)
    {
        var attention = new Documents();
        using var context = new BackwardContext();
        var output = new float[batch.Upstream.Length];
        attention.Forward(
            batch.Query, batch.Key, batch.Value, numbers, output, batch.Shape,
            new() { Context = context, Offsets = batch.Offsets, KeyOffsets = batch.KeyOffsets });
        var (dq, dk, dv) = (new float[batch.Query.Length], new float[batch.Key.Length], new float[batch.Value.Length]);
        attention.Backward(batch.Query, batch.Key, batch.Value, numbers, output, context, batch.Upstream, dq, dk, dv, batch.Shape);
        return new(output, dq, dk, dv, context.LogSumExp.ToArray(), []);
    }
}
