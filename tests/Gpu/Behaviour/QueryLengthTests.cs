using KernelGen.Tests;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// A token past its length is not read, nothing is written for it but zeros as its gradient, and all others are what they would be
/// without it.
/// </summary>
public class QueryLengthTests
{
    private const float Untouched = -7;

    public static TheoryData<Layer> Layers => StrideTests.Layers;

    [Theory]
    [MemberData(nameof(Layers))]
    public void Queries_past_their_length_count_nowhere(Layer layer)
    {
        using var gpu = new GpuLayer(layer, processors: 2);
        foreach (var (length, queries, keys, keyHeads, layout) in new[]
        {
            (40, 17, 40, 2, TensorLayout.BatchHeadLengthDim), (40, 0, 40, 2, TensorLayout.BatchLengthHeadDim),
            (40, 40, 0, 1, TensorLayout.BatchHeadLengthDim), (40, 33, 17, 1, TensorLayout.BatchLengthHeadDim),
            (40, 1, 39, 2, TensorLayout.BatchHeadLengthDim), (3, 1, 2, 2, TensorLayout.BatchHeadLengthDim),
        }.Take(Sizes.AreShort ? 2 : 10))
        {
            Check(gpu, layer, new AttentionShape(2, 2, length, layout) { KeyHeads = keyHeads }, [queries, length], [length, keys]);
        }

        // Other keys than queries, and no query at all.
        if (!layer.Causal)
        {
            Check(gpu, layer, new AttentionShape(2, 1, 20, 35), [0, 11], [35, 3]);
            Check(gpu, layer, new AttentionShape(3, 1, 20, 5), [0, 0, 0], [5, 0, 5]);
        }
    }

    [Fact]
    public void Gradients_past_the_lengths_stay_where_they_are_added_to()
    {
        var layer = Layer.Of<CausalSoftmax8>();
        using var gpu = new GpuLayer(layer);
        var (shape, d) = (new AttentionShape(1, 2, 10), 8);
        var call = new DeviceCall(shape, Filled(20 * d, 0.5f), Filled(20 * d, 0.5f), Filled(20 * d, 0.5f), Filled(20 * d, 0))
        {
            Upstream = Filled(20 * d, 1),
            QueryGradient = Filled(20 * d, Untouched),
            KeyGradient = Filled(20 * d, Untouched),
            ValueGradient = Filled(20 * d, Untouched),
            QueryLengths = [6],
            Accumulate = true,
        };
        gpu.Run(call);
        foreach (var gradient in call.Written.Skip(1))
        {
            foreach (var head in gradient.Memory.Chunk(10 * d))
            {
                Assert.All(head.Skip(6 * d), x => Assert.Equal(Untouched, x));
            }
        }

        // Equal tokens: nothing depends on queries and keys, and all upstream gradients go to the values.
        Assert.All(call.QueryGradient.Memory, x => Assert.Equal(Untouched, x, 1e-5));
        Assert.Equal(2 * 6 * d, call.ValueGradient.Memory.Sum(x => (double)x - Untouched), 1e-4);
    }

    private static void Check(GpuLayer gpu, Layer layer, AttentionShape shape, int[] queryLengths, int[] keyLengths)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var random = new Random(shape.QueryLength);
        int queries = shape.Batch * shape.Heads * shape.QueryLength, keys = shape.Batch * shape.KeyHeads * shape.KeyLength;
        var (query, upstream) = (Inputs.Normal(random, queries * d, 0.6f), Inputs.Normal(random, queries * dv, 1));
        var (key, value) = (Inputs.Normal(random, keys * d, 0.6f), Inputs.Normal(random, keys * dv, 1));
        Pad(query, shape.Heads, shape.QueryLength, d, queryLengths);
        Pad(upstream, shape.Heads, shape.QueryLength, dv, queryLengths);
        Pad(key, shape.KeyHeads, shape.KeyLength, d, keyLengths);
        Pad(value, shape.KeyHeads, shape.KeyLength, dv, keyLengths);

        var (output, context) = (Filled(queries * dv, Untouched), new BackwardContext());
        float[][] gradients = [Filled(query.Length, float.NaN), Filled(key.Length, float.NaN), Filled(value.Length, float.NaN)];
        gpu.Attention.Forward(
            query, key, value, output, shape, new() { Context = context, KeyLengths = keyLengths, QueryLengths = queryLengths });
        gpu.Attention.Backward(query, key, value, output, context, upstream, gradients[0], gradients[1], gradients[2], shape);
        foreach (var run in new Action<DeviceCall>[] { gpu.Run, gpu.RunFromCpu })
        {
            var call = new DeviceCall(shape, query, key, value, Filled(queries * dv, Untouched))
            {
                Upstream = upstream,
                QueryGradient = Filled(query.Length, float.NaN),
                KeyGradient = Filled(key.Length, float.NaN),
                ValueGradient = Filled(value.Length, float.NaN),
                KeyLengths = keyLengths,
                QueryLengths = queryLengths,
            };
            run(call);

            // The CPU's outputs and gradients of what does not count are held to their values by its own tests: here to the bit.
            foreach (var (expected, actual, heads, length, dim, lengths) in new[]
            {
                (output, call.Output.Memory, shape.Heads, shape.QueryLength, dv, queryLengths),
                (gradients[0], call.QueryGradient.Memory, shape.Heads, shape.QueryLength, d, queryLengths),
                (gradients[1], call.KeyGradient.Memory, shape.KeyHeads, shape.KeyLength, d, keyLengths),
                (gradients[2], call.ValueGradient.Memory, shape.KeyHeads, shape.KeyLength, dv, keyLengths),
            })
            {
                Compare.Close([.. expected.Select(x => (double)x)], actual, 1e-4);
                ForEachPadded(shape, heads, length, dim, lengths, i => Assert.Equal(expected[i], actual[i]));
            }
        }

        void Pad(float[] tensor, int heads, int length, int dim, int[] lengths) =>
            ForEachPadded(shape, heads, length, dim, lengths, i => tensor[i] = float.NaN);
    }

    private static void ForEachPadded(AttentionShape shape, int heads, int length, int dim, int[] lengths, Action<int> number)
    {
        for (var i = 0; i < shape.Batch * heads * length * dim; i++)
        {
            var row = i / dim;
            var t = shape.Layout == TensorLayout.BatchHeadLengthDim ? row % length : row / heads % length;
            if (t >= lengths[row / (heads * length)])
            {
                number(i);
            }
        }
    }

    private static float[] Filled(int length, float number)
    {
        var numbers = new float[length];
        Array.Fill(numbers, number);
        return numbers;
    }
}
