using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Masks;

/// <summary>Masked attention, forward and backward, against the formula, pair by pair in double.</summary>
public sealed class MaskTests
{
    /// <summary>Queries and keys around the sizes of tiles (48 keys, 192 queries) and strips (12).</summary>
    private static readonly (int Queries, int Keys)[] Lengths =
        [(0, 0), (0, 5), (1, 1), (1, 60), (2, 300), (13, 13), (47, 49), (49, 100), (193, 193), (100, 460), (400, 401)];

    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Outputs_are_those_of_the_formula(MaskedLayer layer)
    {
        foreach (var (queries, keys) in Lengths)
        {
            Check(layer, new MaskedCall(layer, batch: 2, heads: 3, queries, keys, seed: queries + keys), degree: 1 + (keys % 3));
        }
    }

    /// <summary>Random inputs average faults away; these do not.</summary>
    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Structured_tokens_are_attended_to_as_well(MaskedLayer layer)
    {
        const int length = 205;
        foreach (var (name, number) in new (string, Func<int, int, float>)[]
        {
            ("equal", (_, c) => 0.5f + (c % 3)),
            ("zero", (_, _) => 0),
            ("ramp", (t, c) => (t - 100) * 0.01f * (c % 2 == 0 ? 1 : -1)),
            ("falling norms", (t, c) => MathF.Pow(0.97f, t) * (1 + (c % 5))),
            ("rising norms", (t, c) => MathF.Pow(1.01f, t) * (1 - (c % 2))),
            ("huge", (t, c) => (t % 7) * 6f * (c % 3)),
            ("tiny", (t, c) => (t + c) * 1e-20f),
        })
        {
            Check(layer, new MaskedCall(layer, 1, 2, length, length, seed: 3).Fill(number), degree: 1, name);
        }
    }

    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Sequences_of_different_lengths_end_with_their_own_queries(MaskedLayer layer)
    {
        var call = new MaskedCall(layer, batch: 4, heads: 2, queries: 60, keys: 210, seed: 5)
        {
            KeyLengths = [210, 61, 60, 150],
            QueryLengths = [60, 60, 10, 0],
        };
        Check(layer, call, degree: 2);
    }

    /// <summary>Where there are as many keys as queries, padding is at the end of both, and positions are those of the tensors.</summary>
    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Padded_keys_are_seen_by_none(MaskedLayer layer)
    {
        int[] lengths = [130, 1, 0, 77], fewer = [130, 60, 3, 70];
        Check(layer, new MaskedCall(layer, batch: 4, heads: 2, queries: 130, keys: 130, seed: 6) { KeyLengths = lengths }, degree: 1);
        Check(
            layer, new MaskedCall(layer, 4, 2, queries: 130, keys: 130, seed: 6) { KeyLengths = lengths, QueryLengths = fewer }, degree: 1);
    }

    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Query_that_sees_nothing_gets_zeros_and_no_gradients(MaskedLayer layer)
    {
        var call = new MaskedCall(layer, batch: 1, heads: 1, queries: 300, keys: 300, seed: 7) { KeyLengths = [2] };
        var attention = layer.Create();
        using var context = new BackwardContext();
        var output = call.Forward(attention, context);
        for (var i = 0; i < 300; i++)
        {
            var sees = call.Sees(batch: 0, head: 0)(i, 0) || call.Sees(0, 0)(i, 1);
            Assert.Equal(sees, float.IsFinite(context.LogSumExp[i]));
            Assert.True(sees || !output.AsSpan(i * attention.ValueDim, attention.ValueDim).ContainsAnyExcept(0f));
        }
    }

    /// <summary>Tiles are visited as queries see them: what lies in others is not read.</summary>
    [Theory]
    [InlineData(typeof(Window5), 3, 300, 700)]
    [InlineData(typeof(Window48), 100, 500, 700)]
    [InlineData(typeof(SinkWindow), 200, 500, 700)]
    [InlineData(typeof(SideWindow), 300, 600, 700)]
    public void NaN_reaches_nothing_that_does_not_see_its_tile(Type type, int key, int from, int length)
    {
        var layer = MaskedLayer.All.Single(one => one.Type == type);
        var attention = layer.Create();
        var call = new MaskedCall(layer, 1, 1, length, length, seed: 8);
        var before = call.Forward(attention);
        call.Key[key * attention.HeadDim] = float.NaN;
        call.Value[key * attention.ValueDim] = float.NaN;
        Compare.Same(before.AsSpan(from * attention.ValueDim), call.Forward(attention).AsSpan(from * attention.ValueDim));
    }

    [Theory]
    [ClassData(typeof(MaskedLayer.CausalOnes))]
    public void Later_tokens_change_nothing_to_the_bit(MaskedLayer layer)
    {
        const int length = 230;
        var attention = layer.Create();
        var call = new MaskedCall(layer, 1, 2, length, length, seed: 9);
        var before = call.Forward(attention);
        foreach (var from in new[] { 1, 12, 48, 49, 191, 229 })
        {
            var changed = new MaskedCall(layer, 1, 2, length, length, seed: 9);
            changed.ChangeFrom(from);
            var after = changed.Forward(attention);
            for (var head = 0; head < 2; head++)
            {
                var start = head * length * attention.ValueDim;
                Compare.Same(before.AsSpan(start, from * attention.ValueDim), after.AsSpan(start, from * attention.ValueDim));
            }
        }
    }

    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Causality_is_known(MaskedLayer layer)
    {
        Assert.Equal(layer.IsCausal, layer.Create().Causal);
        Assert.Equal(layer.IsCausal, layer.Create() is ICausalAttention);
    }

    [Fact]
    public void More_queries_than_keys_are_refused_with_both_numbers()
    {
        var layer = MaskedLayer.All[0];
        var call = new MaskedCall(layer, 1, 1, queries: 7, keys: 6, seed: 1);
        var refused = Assert.Throws<ArgumentException>(() => call.Forward(layer.Create()));
        Assert.Contains("QueryLength is 7 and KeyLength is 6", refused.Message, StringComparison.Ordinal);
        var ragged = new MaskedCall(layer, 2, 1, queries: 7, keys: 8, seed: 1) { KeyLengths = [8, 3], QueryLengths = [7, 4] };
        refused = Assert.Throws<ArgumentException>(() => ragged.Forward(layer.Create()));
        Assert.Contains("QueryLengths[1] is 4 and KeyLengths[1] is 3", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Of a layer whose heads have numbers of their own: the table has no others.</summary>
    [Theory]
    [InlineData(typeof(DilatedWindow))]
    [InlineData(typeof(DilatedAlibi))]
    [InlineData(typeof(AlibiCausal))]
    public void Other_numbers_of_heads_are_refused_with_both(Type type)
    {
        var attention = (ICausalAttention)Activator.CreateInstance(type)!;
        foreach (var heads in new[] { 0, 1, 2, 4, 6 })
        {
            var shape = new AttentionShape(1, heads, 5);
            var (q, v) = (new float[heads * 5 * attention.HeadDim], new float[heads * 5 * attention.ValueDim]);
            var message = $"Heads is {heads}, but this attention is declared for 3 query heads";
            foreach (var call in new Action[] { () => attention.Forward(q, q, v, v.ToArray(), shape), () => attention.ScratchBytes(shape) })
            {
                Assert.Contains(message, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
            }
        }

        // Streams are those of sequences of three heads, whoever asks.
        attention.CreateDecodingState(streams: 6).Dispose();
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => attention.CreateDecodingState(streams: 6, heads: 2));
        const string both = "There are 2 heads of each sequence, but this attention is declared for 3";
        Assert.Contains(both, refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentOutOfRangeException>(() => attention.CreateDecodingState(streams: 4));
        Assert.Contains("There are 3 heads", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Where kernels would overflow, and tiles be visited by other numbers than they mask by.</summary>
    [Fact]
    public void Numbers_that_no_int_holds_are_refused_with_both_numbers()
    {
        var far = new FarApart();
        far.Forward(new float[21475], new float[21475], new float[21475], new float[21475], new AttentionShape(1, 1, 21475));
        var refused = Assert.Throws<ArgumentException>(() => far.ScratchBytes(new AttentionShape(1, 1, 100, 21476)));
        Assert.Contains("There are 21476 keys", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at most 21475", refused.Message, StringComparison.Ordinal);

        // Of packed sequences each counts by itself.
        var packed = AttentionShape.Packed(sequences: 2, heads: 1, tokens: 30000, TensorLayout.BatchHeadLengthDim);
        var tokens = new float[30000];
        far.Forward(tokens, tokens, tokens, new float[30000], packed, new() { Offsets = [0, 15000, 30000] });
        refused = Assert.Throws<ArgumentException>(
            () => far.Forward(tokens, tokens, tokens, new float[30000], packed, new() { Offsets = [0, 1000, 30000] }));
        Assert.Contains("There are 29000 keys", refused.Message, StringComparison.Ordinal);

        var wide = new WideByHead();
        wide.ScratchBytes(new AttentionShape(1, 23, 100));
        refused = Assert.Throws<ArgumentException>(() => wide.ScratchBytes(new AttentionShape(1, 24, 100)));
        Assert.Contains("Heads is 24", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at most 23", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => wide.CreateDecodingState(streams: 24));
        wide.CreateDecodingState(streams: 48, heads: 12).Dispose();
    }

    private static void Check(MaskedLayer layer, MaskedCall call, int degree, string what = "")
    {
        var attention = layer.Create();
        attention.DegreeOfParallelism = degree;
        using var context = new BackwardContext();
        var output = call.Forward(attention, context);
        var gradients = call.Backward(attention, output, context);
        var expected = call.Expected();
        try
        {
            // Each sum of probabilities is rounded to float32: 1e-5, and 1e-4 where those are differences. So is each score, by half of
            // 2^-23 of it as a product and as what becomes of it, and weights are exponentials of them.
            var score = call.LargestScore() * Math.Pow(2, -23);
            Compare.Close(expected.Output, output, Math.Max(1e-5, score));
            Compare.Close(expected.Query, gradients.Query, Math.Max(1e-4, score), expected.Size);
            Compare.Close(expected.Key, gradients.Key, Math.Max(1e-4, score), expected.Size);
            Compare.Close(expected.Value, gradients.Value, Math.Max(1e-4, score));
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{layer} {what} {call.Shape}: {fault.Message}", fault);
        }
    }
}
