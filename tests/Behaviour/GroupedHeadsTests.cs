using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Query heads that share a head of keys and values: outputs as with copies of it, to the bit, and gradients that add up over those who
/// share.
/// </summary>
public sealed class GroupedHeadsTests
{
    private const int Batch = 2, KeyHeads = 2, Group = 3, Length = 37;

    public static TheoryData<Type> Layers =>
    [
        typeof(Softmax64), typeof(CausalSoftmax64), typeof(OddCausalHyperbolic), typeof(Exact16), typeof(CausalExact16), typeof(Relu16),
        typeof(CausalRelu16),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Outputs_and_gradients_are_those_of_copies(Type type)
    {
        var layer = Layer.Of(type);
        var attention = layer.Create().Attention;
        foreach (var (layout, degree, lengths) in new[]
        {
            (TensorLayout.BatchHeadLengthDim, 1, Array.Empty<int>()), (TensorLayout.BatchLengthHeadDim, 2, [30, 0]),
            (TensorLayout.BatchHeadLengthDim, 5, [37, 1]),
        })
        {
            attention.DegreeOfParallelism = degree;
            var shape = new AttentionShape(Batch, KeyHeads * Group, Length, layout);
            var random = new Random(3);
            var (d, dv) = (layer.HeadDim, layer.ValueDim);
            float[] Numbers(int heads, int dim) => Inputs.Normal(random, Batch * heads * Length * dim, 1);
            var (query, upstream) = (Numbers(shape.Heads, d), Numbers(shape.Heads, dv));
            var (key, value) = (Numbers(KeyHeads, d), Numbers(KeyHeads, dv));

            var copies = Run(attention, shape, query, Repeat(key, d, layout), Repeat(value, dv, layout), upstream, lengths, start: 0);
            var grouped = Run(attention, shape with { KeyHeads = KeyHeads }, query, key, value, upstream, lengths, start: 0);
            Assert.Equal(copies.Output, grouped.Output);
            Close(copies.Query, grouped.Query, "query");
            Close(Sum(copies.Key, d, layout), grouped.Key, "key");
            Close(Sum(copies.Value, dv, layout), grouped.Value, "value");

            // Added to what is there.
            var added = Run(attention, shape with { KeyHeads = KeyHeads }, query, key, value, upstream, lengths, start: 1);
            Close([.. grouped.Query.Select(x => x + 1)], added.Query, "query, added");
            Close([.. grouped.Key.Select(x => x + 1)], added.Key, "key, added");
            Close([.. grouped.Value.Select(x => x + 1)], added.Value, "value, added");
        }
    }

    /// <param name="start">What gradients are added to; 0: they overwrite NaN.</param>
    private static (float[] Output, float[] Query, float[] Key, float[] Value) Run(
        IAttention attention, AttentionShape shape, float[] query, float[] key, float[] value, float[] upstream, int[] lengths, float start)
    {
        var context = new BackwardContext();
        var output = new float[upstream.Length];
        attention.Forward(query, key, value, output, shape, new() { Context = context, KeyLengths = lengths });
        float[][] gradients = [new float[query.Length], new float[key.Length], new float[value.Length]];
        foreach (var gradient in gradients)
        {
            gradient.AsSpan().Fill(start == 0 ? float.NaN : start);
        }

        attention.Backward(
            query, key, value, output, context, upstream, gradients[0], gradients[1], gradients[2], shape,
            new() { Accumulate = start != 0 });
        return (output, gradients[0], gradients[1], gradients[2]);
    }

    /// <summary>Sums of a few heads in another order: some roundings of the largest.</summary>
    private static void Close(float[] expected, float[] actual, string what)
    {
        var limit = 1e-5 * Math.Max(1, expected.Max(Math.Abs));
        Assert.All(expected.Zip(actual), pair =>
            Assert.True(Math.Abs(pair.First - pair.Second) <= limit, $"{what}: {pair.First} and {pair.Second}"));
    }

    private static float[] Repeat(float[] numbers, int dim, TensorLayout layout) =>
        [.. numbers.Chunk(Part(dim, layout)).SelectMany(chunk => Enumerable.Repeat(chunk, Group)).SelectMany(chunk => chunk)];

    private static float[] Sum(float[] numbers, int dim, TensorLayout layout) =>
        [.. numbers.Chunk(Part(dim, layout))
            .Chunk(Group)
            .SelectMany(group => Enumerable.Range(0, group[0].Length).Select(i => group.Sum(part => part[i])))];

    /// <summary>The numbers of a head that follow each other.</summary>
    private static int Part(int dim, TensorLayout layout) => layout == TensorLayout.BatchHeadLengthDim ? Length * dim : dim;
}
