using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>What calls are told by name: queries that do not count, gradients that nobody wants, states that are kept.</summary>
public sealed class CallOptionsTests
{
    public static TheoryData<Layer> Kinds => new(
        Layer.Of<Softmax16>(), Layer.Of<CausalSoftmax16>(), Layer.Of<CausalRelu16>(), Layer.Of<OddSoftmax>(), Layer.Of<Exact16>(),
        Layer.Of<CausalExact8>(), Layer.Of<OddCausalHyperbolic>());

    /// <summary>
    /// A query past its length is not read, its output is not written, its gradient is zero, and what all others give is what they give in
    /// a call of that length.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Queries_past_their_length_count_nowhere(Layer layer)
    {
        foreach (var (length, queries, keys)
            in new[] { (60, 37, 60), (60, 0, 60), (60, 60, 41), (60, 41, 37), (60, 37, 41), (3, 1, 2), (200, 100, 150) })
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                foreach (var degree in new[] { 1, 3 })
                {
                    Check(layer, length, queries, keys, layout, degree);
                }
            }
        }
    }

    private static void Check(Layer layer, int length, int queries, int keys, TensorLayout layout, int degree)
    {
        const int Batch = 2, Heads = 2;
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = degree;
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var random = new Random(length + queries);
        var tokens = Batch * Heads * length;
        float[] query = Inputs.Normal(random, tokens * d, 0.5f), key = Inputs.Normal(random, tokens * d, 0.5f);
        float[] value = Inputs.Normal(random, tokens * dv, 1), upstream = Inputs.Normal(random, tokens * dv, 1);

        // The second sequence counts as a whole.
        int[] queryLengths = [queries, length], keyLengths = [keys, length];
        float[] cleanQuery = [.. query], cleanUpstream = [.. upstream];
        ForEachPadded((token, isQuery) =>
        {
            var (tensors, clean) = isQuery ? ((query, d), (cleanQuery, d)) : ((upstream, dv), (cleanUpstream, dv));
            tensors.Item1.AsSpan(token * tensors.Item2, tensors.Item2).Fill(float.NaN);
            clean.Item1.AsSpan(token * clean.Item2, clean.Item2).Clear();
        });

        var shape = new AttentionShape(Batch, Heads, length, layout);
        var all = Compute(cleanQuery, cleanUpstream, new() { KeyLengths = keyLengths });
        var some = Compute(query, upstream, new() { KeyLengths = keyLengths, QueryLengths = queryLengths });
        for (var token = 0; token < tokens; token++)
        {
            if (IsPadded(token))
            {
                Assert.All(some.Output.AsSpan(token * dv, dv).ToArray(), x => Assert.Equal(-7, x));
                Assert.All(some.Query.AsSpan(token * d, d).ToArray(), x => Assert.Equal(0, x));
                all.Output.AsSpan(token * dv, dv).Fill(-7);
                all.Query.AsSpan(token * d, d).Clear();
            }
        }

        // Rows of a tile share roundings of its maxima, and fewer tokens may be cut into other tiles.
        Compare.Close([.. all.Output.Select(x => (double)x)], some.Output, 2e-5);
        Compare.Close([.. all.Query.Select(x => (double)x)], some.Query, 2e-5);

        // Padded queries of no gradient add zeros to the sums over queries, but may be summed in other groups.
        Compare.Close([.. all.Key.Select(x => (double)x)], some.Key, 2e-5);
        Compare.Close([.. all.Value.Select(x => (double)x)], some.Value, 2e-5);

        (float[] Output, float[] Query, float[] Key, float[] Value) Compute(float[] q, float[] g, ForwardOptions options)
        {
            using var context = new BackwardContext();
            var output = Filled(tokens * dv, -7);
            attention.Forward(
                q, key, value, output, shape,
                new() { KeyLengths = options.KeyLengths, QueryLengths = options.QueryLengths, Context = context });
            float[] dq = Filled(tokens * d, float.NaN), dk = Filled(tokens * d, float.NaN), dv2 = Filled(tokens * dv, float.NaN);
            attention.Backward(q, key, value, output, context, g, dq, dk, dv2, shape);
            return (output, dq, dk, dv2);
        }

        bool IsPadded(int token)
        {
            var batch = token / (Heads * length);
            var t = layout == TensorLayout.BatchHeadLengthDim ? token % length : token / Heads % length;
            return batch == 0 && t >= queries;
        }

        void ForEachPadded(Action<int, bool> each)
        {
            for (var token = 0; token < tokens; token++)
            {
                if (IsPadded(token))
                {
                    each(token, true);
                    each(token, false);
                }
            }
        }
    }

    /// <summary>Padding of queries and keys is NaN and reaches nothing, also where query heads share heads of keys.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Padding_reaches_nothing_where_heads_share_keys(Layer layer)
    {
        var (attention, _) = layer.Create();
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var (length, queries, keys) in new[] { (70, 33, 70), (70, 70, 5), (70, 0, 70), (130, 49, 48), (130, 48, 97) })
        {
            var shape = new AttentionShape(2, 4, length) { KeyHeads = 2 };
            var random = new Random(length);
            int queryTokens = 8 * length, keyTokens = 4 * length;
            float[] query = Inputs.Normal(random, queryTokens * d, 0.5f), key = Inputs.Normal(random, keyTokens * d, 0.5f);
            float[] value = Inputs.Normal(random, keyTokens * dv, 1), upstream = Inputs.Normal(random, queryTokens * dv, 1);

            // The first sequence counts as a whole.
            Pad(upstream, 4, queries, dv, 0);
            var clean = Compute([]);
            Pad(query, 4, queries, d, float.NaN);
            Pad(upstream, 4, queries, dv, float.NaN);
            Pad(key, 2, keys, d, float.NaN);
            Pad(value, 2, keys, dv, float.NaN);
            foreach (var (expected, actual) in clean.Zip(Compute([length, queries])))
            {
                Compare.Close([.. expected.Select(x => (double)x)], actual, 2e-5); // fewer tokens may be cut into other tiles
            }

            void Pad(float[] tensor, int heads, int from, int columns, float number)
            {
                for (var head = heads; head < 2 * heads; head++)
                {
                    tensor.AsSpan(((head * length) + from) * columns, (length - from) * columns).Fill(number);
                }
            }

            float[][] Compute(int[] queryLengths)
            {
                using var context = new BackwardContext();
                var output = new float[queryTokens * dv];
                attention.Forward(
                    query, key, value, output, shape,
                    new() { KeyLengths = [length, keys], QueryLengths = queryLengths, Context = context });
                float[][] gradients =
                    [Filled(query.Length, float.NaN), Filled(key.Length, float.NaN), Filled(value.Length, float.NaN)];
                attention.Backward(
                    query, key, value, output, context, upstream, gradients[0], gradients[1], gradients[2], shape);
                return gradients;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_that_nobody_wants_are_not_there_and_the_others_are_the_same(Layer layer)
    {
        var (attention, _) = layer.Create();
        var shape = new AttentionShape(2, 2, 70) { KeyHeads = 1 };
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var random = new Random(3);
        float[] query = Inputs.Normal(random, 280 * d, 0.5f), key = Inputs.Normal(random, 140 * d, 0.5f);
        float[] value = Inputs.Normal(random, 140 * dv, 1), upstream = Inputs.Normal(random, 280 * dv, 1), output = new float[280 * dv];
        using var context = new BackwardContext();
        attention.Forward(query, key, value, output, shape, new() { Context = context, KeyLengths = [70, 33] });
        var all = Compute(AttentionGradients.None, float.NaN);
        for (var unwanted = AttentionGradients.None; (int)unwanted < 8; unwanted++)
        {
            foreach (var start in new[] { float.NaN, 2 })
            {
                var some = Compute(unwanted, start);
                foreach (var (index, flag) in new[] { AttentionGradients.Query, AttentionGradients.Key, AttentionGradients.Value }.Index())
                {
                    if (!unwanted.HasFlag(flag))
                    {
                        Compare.Same(float.IsNaN(start) ? all[index] : Compute(AttentionGradients.None, start)[index], some[index]);
                    }
                }
            }
        }

        var given = Assert.Throws<ArgumentException>("keyGradient", () => attention.Backward(
            query, key, value, output, context, upstream, new float[280 * d], new float[140 * d], new float[140 * dv], shape,
            new() { Unwanted = AttentionGradients.Key }));
        Assert.Contains($"holds {140 * d} numbers", given.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<ArgumentException>("keyGradient", () => attention.Backward(
            query, key, value, output, context, upstream, new float[280 * d], default, new float[140 * dv], shape));
        Assert.Contains("holds 0 numbers", missing.Message, StringComparison.Ordinal);
        var unknown = Assert.Throws<ArgumentException>("options", () => attention.Backward(
            query, key, value, output, context, upstream, default, default, default, shape, new() { Unwanted = (AttentionGradients)9 }));
        Assert.Contains("Unwanted is 9", unknown.Message, StringComparison.Ordinal);

        float[][] Compute(AttentionGradients unwanted, float start)
        {
            float[][] gradients =
            [
                Filled(unwanted.HasFlag(AttentionGradients.Query) ? 0 : 280 * d, start),
                Filled(unwanted.HasFlag(AttentionGradients.Key) ? 0 : 140 * d, start),
                Filled(unwanted.HasFlag(AttentionGradients.Value) ? 0 : 140 * dv, start),
            ];
            attention.Backward(
                query, key, value, output, context, upstream, gradients[0], gradients[1], gradients[2], shape,
                new() { Unwanted = unwanted, Accumulate = !float.IsNaN(start) });
            return gradients;
        }
    }

    [Fact]
    public void Wrong_lengths_of_queries_are_named()
    {
        var layer = new Softmax16(1);
        var x = new float[2 * 4 * 16];
        Names("QueryLengths holds 1 numbers, but the batch has 2 sequences", [4]);
        Names("QueryLengths[1] is 5, but must be 0 to QueryLength = 4", [4, 5]);
        Names("QueryLengths[0] is -1, but must be 0 to QueryLength = 4", [-1, 4]);

        void Names(string message, int[] lengths) => Assert.Contains(
            message,
            Assert.Throws<ArgumentException>("options", () => layer.Forward(
                x, x, x, new float[x.Length], new AttentionShape(2, 1, 4), new() { QueryLengths = lengths })).Message,
            StringComparison.Ordinal);
    }

    private static float[] Filled(int length, float number)
    {
        var tensor = new float[length];
        Array.Fill(tensor, number);
        return tensor;
    }
}
