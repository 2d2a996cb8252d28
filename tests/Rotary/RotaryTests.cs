using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Rotary;

/// <summary>
/// Attention of queries and keys that are rotated by their positions, forward and backward, against the formula in double.
/// </summary>
public sealed class RotaryTests
{
    /// <summary>Around short calls (6 tokens), strips (12), tiles (48) and tiles of queries (192).</summary>
    private static readonly (int Queries, int Keys)[] Lengths =
        [(1, 1), (5, 5), (13, 13), (49, 49), (100, 100), (205, 205), (0, 5), (1, 60), (2, 300), (100, 160)];

    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Outputs_and_gradients_are_those_of_rotated_tokens(RotaryLayer layer)
    {
        foreach (var (queries, keys) in Lengths.Where(lengths => !layer.IsScan || lengths.Queries == lengths.Keys))
        {
            var attention = layer.Create();
            attention.DegreeOfParallelism = 1 + (keys % 2);
            var call = new Call(attention, new AttentionShape(1, 2, queries, keys), seed: keys);
            call.Run();
            for (var head = 0; head < 2; head++)
            {
                Check(layer, call, head, queries, keys, queries, keys);
            }
        }
    }

    /// <summary>
    /// Where there are as many keys as queries, padding is at the end of both; elsewhere queries are the last of the keys that count.
    /// </summary>
    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Padding_changes_no_position(RotaryLayer layer)
    {
        int[] lengths = [130, 1, 60];
        var call = new Call(layer.Create(), new AttentionShape(3, 1, 130, 130), seed: 1) { KeyLengths = lengths, QueryLengths = lengths };
        call.Run();
        for (var i = 0; i < 3; i++)
        {
            Check(layer, call, i, 130, 130, lengths[i], lengths[i]);
        }

        if (!layer.IsScan)
        {
            int[] queries = [20, 20, 3], keys = [130, 20, 77];
            call = new Call(layer.Create(), new AttentionShape(3, 1, 20, 130), seed: 2) { KeyLengths = keys, QueryLengths = queries };
            call.Run();
            for (var i = 0; i < 3; i++)
            {
                Check(layer, call, i, 20, 130, queries[i], keys[i]);
            }
        }
    }

    /// <summary>Positions begin anew with each packed sequence: each gives what it gives alone, to the bit.</summary>
    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void Packed_sequences_have_positions_of_their_own(RotaryLayer layer)
    {
        int[] offsets = [0, 70, 71, 133];
        var attention = layer.Create();
        attention.DegreeOfParallelism = 1; // a sequence alone may be cut elsewhere
        var call = new Call(attention, AttentionShape.Packed(sequences: 3, heads: 1, tokens: 133, TensorLayout.BatchHeadLengthDim), seed: 3)
        {
            Offsets = offsets,
        };
        call.Run();
        for (var i = 0; i < 3; i++)
        {
            var alone = new Call(attention, new AttentionShape(1, 1, offsets[i + 1] - offsets[i]), call, offsets[i]);
            alone.Run();
            Compare.Same(alone.Output, call.Output.AsSpan(offsets[i] * attention.ValueDim, alone.Output.Length));
            Compare.Same(alone.QueryGradient, call.QueryGradient.AsSpan(offsets[i] * attention.HeadDim, alone.Query.Length));
            Compare.Same(alone.KeyGradient, call.KeyGradient.AsSpan(offsets[i] * attention.HeadDim, alone.Key.Length));
            Compare.Same(alone.ValueGradient, call.ValueGradient.AsSpan(offsets[i] * attention.ValueDim, alone.Value.Length));
        }
    }

    /// <summary>What a window sees is the same wherever it is, but for rounding.</summary>
    [Fact]
    public void Distances_matter_and_positions_do_not()
    {
        const int length = 40_000, own = 60, d = 12;
        var early = new Call(new RotaryWindow(), new AttentionShape(1, 1, own), seed: 4);
        early.Run();
        var late = new Call(new RotaryWindow(), new AttentionShape(1, 1, length), seed: 5);
        early.Query.CopyTo(late.Query, (length - own) * d);
        early.Key.CopyTo(late.Key, (length - own) * d);
        early.Value.CopyTo(late.Value, (length - own) * d);
        late.Run();
        Compare.Close(
            NaiveAttention.ToDouble(early.Output.AsSpan(20 * d)), late.Output.AsSpan((length - own + 20) * d).ToArray(), 1e-5);
    }

    [Theory]
    [ClassData(typeof(RotaryLayer.Everyone))]
    public void More_queries_than_keys_are_refused(RotaryLayer layer)
    {
        var call = new Call(layer.Create(), new AttentionShape(1, 1, 7, 6), seed: 1);
        Assert.Contains(
            "QueryLength is 7 and KeyLength is 6", Assert.Throws<ArgumentException>(call.Run).Message, StringComparison.Ordinal);
    }

    /// <summary>Items of a set have no positions.</summary>
    [Fact]
    public void There_are_no_sets_of_rotated_items()
    {
        Assert.False(typeof(IItemSetAttention).IsAssignableFrom(typeof(RotarySoftmax)));
        Assert.True(typeof(IItemSetAttention).IsAssignableFrom(typeof(StillSoftmax)));
    }

    [Fact]
    public void Analysis_rotates_too()
    {
        const int length = 30;
        var attention = new RotarySoftmax(3);
        Assert.Equal(10_000, ((IRandomFeatureAttention)attention).RotaryTheta);
        var call = new Call(attention, new AttentionShape(1, 2, length), seed: 6);
        call.Run();
        int[] rows = [0, 17, 29];
        var weights = new float[rows.Length * length];
        attention.Probabilities(call.Query, call.Key, call.Shape, batch: 0, head: 1, rows, weights);
        var dv = ((IAttention)attention).ValueDim;
        for (var i = 0; i < rows.Length; i++)
        {
            for (var c = 0; c < dv; c++)
            {
                var expected = Enumerable.Range(0, length)
                    .Sum(j => (double)weights[(i * length) + j] * call.Value[((length + j) * dv) + c]);
                Assert.Equal(expected, call.Output[((length + rows[i]) * dv) + c], 1e-4);
            }
        }
    }

    private static void Check(RotaryLayer layer, Call call, int head, int queries, int keys, int countedQueries, int countedKeys)
    {
        var (d, dv) = (call.Attention.HeadDim, call.Attention.ValueDim);
        float[] Part(float[] tensor, int rows, int counted, int columns) =>
            tensor.AsSpan(head * rows * columns, counted * columns).ToArray();
        var expected = layer.Expected(
            Part(call.Query, queries, countedQueries, d), Part(call.Key, keys, countedKeys, d), Part(call.Value, keys, countedKeys, dv),
            Part(call.Upstream, queries, countedQueries, dv), d);
        try
        {
            Compare.Close(expected.Output, Part(call.Output, queries, countedQueries, dv), 3e-5);
            Compare.Close(expected.Query, Part(call.QueryGradient, queries, countedQueries, d), 2e-4, size: 0.1);
            Compare.Close(expected.Key, Part(call.KeyGradient, keys, countedKeys, d), 2e-4, size: 0.1);
            Compare.Close(expected.Value, Part(call.ValueGradient, keys, countedKeys, dv), 2e-4);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{layer}, {queries} queries, {keys} keys, head {head}: {fault.Message}", fault);
        }
    }
}
