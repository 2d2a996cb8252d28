using KernelGen.Tests;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// Query heads that share a head of keys and values: outputs as with copies of it, to the bit, and gradients that add up over those who
/// share, the same bits each time.
/// </summary>
public class GroupedHeadsTests
{
    private const int Batch = 2, Length = 33;

    public static TheoryData<Layer> Layers => StrideTests.Layers;

    [Theory]
    [MemberData(nameof(Layers))]
    public void Outputs_and_gradients_are_those_of_copies(Layer layer)
    {
        using var gpu = new GpuLayer(layer, processors: 2);
        var random = new Random(3);
        foreach (var (layout, keyHeads, group, structure) in new[]
        {
            (TensorLayout.BatchHeadLengthDim, 2, 2, "random"), (TensorLayout.BatchLengthHeadDim, 1, 3, "random"),
            (TensorLayout.BatchHeadLengthDim, 1, 2, "equal tokens"), (TensorLayout.BatchHeadLengthDim, 1, 2, "one sign"),
        }.Take(Sizes.AreShort ? 2 : 10))
        {
            var shape = new AttentionShape(Batch, keyHeads * group, Length, layout) { KeyHeads = keyHeads };
            var (d, dv) = (layer.HeadDim, layer.ValueDim);
            float[] Numbers(int heads, int dim)
            {
                var numbers = Inputs.Normal(random, Batch * heads * Length * dim, 0.6f);
                return structure == "equal tokens" ? [.. numbers.Select((_, i) => 0.1f * (i % dim))]
                    : structure == "one sign" ? [.. numbers.Select(Math.Abs)]
                    : numbers;
            }

            var (query, upstream) = (Numbers(shape.Heads, d), Numbers(shape.Heads, dv));
            var (key, value) = (Numbers(keyHeads, d), Numbers(keyHeads, dv));
            int[] lengths = structure == "random" ? [30, 0] : [];
            var (copies, one) = (
                Run(shape with { KeyHeads = shape.Heads }, Repeat(key, d), Repeat(value, dv), start: 0), Run(shape, key, value, start: 0));
            Compare.Same(copies.Output.Memory, one.Output.Memory);
            Close(copies.QueryGradient.Memory, one.QueryGradient.Memory);
            Close(Sum(copies.KeyGradient.Memory, d), one.KeyGradient.Memory);
            Close(Sum(copies.ValueGradient.Memory, dv), one.ValueGradient.Memory);

            // The same bits each time.
            var again = Run(shape, key, value, start: 0);
            Compare.Same(one.KeyGradient.Memory, again.KeyGradient.Memory);
            Compare.Same(one.ValueGradient.Memory, again.ValueGradient.Memory);

            // Added to what is there.
            var added = Run(shape, key, value, start: 1);
            Close([.. one.QueryGradient.Memory.Select(x => x + 1)], added.QueryGradient.Memory);
            Close([.. one.KeyGradient.Memory.Select(x => x + 1)], added.KeyGradient.Memory);
            Close([.. one.ValueGradient.Memory.Select(x => x + 1)], added.ValueGradient.Memory);

            // And what the CPU computes.
            var (output, context) = (new float[upstream.Length], new BackwardContext());
            float[][] gradients = [new float[query.Length], new float[key.Length], new float[value.Length]];
            gpu.Attention.Forward(query, key, value, output, shape, new() { Context = context, KeyLengths = lengths });
            gpu.Attention.Backward(query, key, value, output, context, upstream, gradients[0], gradients[1], gradients[2], shape);
            Close(output, one.Output.Memory);
            Close(gradients[0], one.QueryGradient.Memory);
            Close(gradients[1], one.KeyGradient.Memory);
            Close(gradients[2], one.ValueGradient.Memory);

            DeviceCall Run(AttentionShape of, float[] k, float[] v, float start)
            {
                var call = new DeviceCall(of, query, k, v, new float[upstream.Length])
                {
                    Upstream = upstream,
                    QueryGradient = Filled(query.Length),
                    KeyGradient = Filled(k.Length),
                    ValueGradient = Filled(v.Length),
                    KeyLengths = lengths,
                    Accumulate = start != 0,
                };
                gpu.Run(call);
                return call;

                float[] Filled(int length)
                {
                    var numbers = new float[length];
                    Array.Fill(numbers, start == 0 ? float.NaN : start);
                    return numbers;
                }
            }

            float[] Repeat(float[] numbers, int dim) =>
                [.. numbers.Chunk(Part(dim)).SelectMany(head => Enumerable.Repeat(head, group)).SelectMany(head => head)];

            float[] Sum(float[] numbers, int dim) =>
                [.. numbers.Chunk(Part(dim)).Chunk(group)
                    .SelectMany(heads => Enumerable.Range(0, heads[0].Length).Select(i => heads.Sum(head => head[i])))];

            // The numbers of a head that follow each other.
            int Part(int dim) => layout == TensorLayout.BatchHeadLengthDim ? Length * dim : dim;
        }
    }

    [Fact]
    public void Scratch_memory_of_a_backward_call_does_not_grow_with_the_length()
    {
        using var gpu = new GpuLayer(Layer.Of<Softmax16>(), processors: 2);
        var bytes = gpu.BackwardBytes!(new AttentionShape(2, 6, 1 << 16) { KeyHeads = 2 });
        Assert.Equal(bytes, gpu.BackwardBytes!(new AttentionShape(2, 6, 1 << 20) { KeyHeads = 2 }));
        Assert.Equal(gpu.BackwardBytes!(new AttentionShape(2, 2, 1 << 20)), bytes);
    }

    /// <summary>
    /// Sums of a few heads in another order: some roundings of numbers of size 1. Gradients of equal tokens are all but 0.
    /// </summary>
    private static void Close(float[] expected, float[] actual)
    {
        var limit = 1e-4 * Math.Max(1, expected.Max(Math.Abs));
        Assert.All(expected.Zip(actual), pair =>
            Assert.True(Math.Abs(pair.First - pair.Second) <= limit, $"{pair.First} expected, {pair.Second} found"));
    }
}
