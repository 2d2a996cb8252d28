using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// Tensors with gaps between their tokens, heads and sequences, and heads of keys that several query heads share: the same bits as packed
/// copies.
/// </summary>
public sealed class StrideTests
{
    private const int Dim = AttentionProblem.Dim, Values = AttentionProblem.Values;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void SlicesOfOneProjectionAreReadInPlace(int degree)
    {
        foreach (var engine in new[]
        {
            EngineTests.Linear<Causal>(degree), EngineTests.Linear<Bidirectional>(degree), EngineTests.Stateless<Causal>(degree),
        })
        {
            foreach (var (batch, heads, length) in new[] { (2, 3, 17), (1, 1, 40), (3, 1, 1), (1, 4, 0) })
            {
                AttentionProblem problem = new(
                    new AttentionShape(batch, heads, length),
                    keyLengths: [.. Enumerable.Range(0, batch).Select(b => Math.Max(0, length - b))]);

                // A row of the projection: the queries of all heads, their keys, their values, and room for their outputs.
                var width = heads * (Dim + Dim + Values + Values) + 3;
                var fused = new float[batch * length * width];
                Array.Fill(fused, float.NaN);
                Scatter(problem.Query, Dim, 0);
                Scatter(problem.Key, Dim, heads * Dim);
                Scatter(problem.Value, Values, 2 * heads * Dim);
                var before = (float[])fused.Clone();
                var outputs = heads * (2 * Dim + Values);
                engine.Forward(
                    new(
                        new(fused, Strides(Dim)), new(Slice(heads * Dim), Strides(Dim)), new(Slice(2 * heads * Dim), Strides(Values)),
                        new(Slice(outputs), Strides(Values))),
                    problem.Shape, new() { KeyLengths = problem.KeyLengths });
                Assert.Equal(problem.Run(engine), Gather(Values, outputs));

                // And nothing else was written.
                Scatter(new float[batch * heads * length * Values], Values, outputs);
                foreach (var (written, kept) in fused.Zip(before))
                {
                    Assert.True(written.Equals(kept) || (written == 0 && float.IsNaN(kept)));
                }

                TensorStrides Strides(int columns) => new((nint)length * width, columns, width);

                Span<float> Slice(int offset) => length == 0 ? [] : fused.AsSpan(offset);

                void Scatter(float[] packed, int columns, int offset) =>
                    Walk(columns, offset, (from, to) => packed.AsSpan(from, columns).CopyTo(fused.AsSpan(to)));

                float[] Gather(int columns, int offset)
                {
                    var packed = new float[batch * heads * length * columns];
                    Walk(columns, offset, (to, from) => fused.AsSpan(from, columns).CopyTo(packed.AsSpan(to)));
                    return packed;
                }

                void Walk(int columns, int offset, Action<int, int> each)
                {
                    for (var row = 0; row < batch * heads * length; row++)
                    {
                        int b = row / (heads * length), h = row / length % heads, t = row % length;
                        each(row * columns, ((b * length + t) * width) + offset + (h * columns));
                    }
                }
            }
        }
    }

    [Fact]
    public void OneHeadOfKeysMayBeSeenByAllByAStrideOfZero()
    {
        foreach (var engine in new[] { EngineTests.Linear<Bidirectional>(2), EngineTests.Linear<Causal>(2) })
        {
            AttentionShape shape = new(2, 3, 9);
            AttentionProblem one = new(new AttentionShape(2, 1, 9)), all = new(shape);
            float[] expected = new float[all.OutputLength], output = new float[all.OutputLength];
            engine.Forward(new(all.Query, Repeat(one.Key, 9 * Dim, 3), Repeat(one.Value, 9 * Values, 3), expected), shape, default);
            engine.Forward(
                new(all.Query, new(one.Key, new(9 * Dim, 0, Dim)), new(one.Value, new(9 * Values, 0, Values)), output), shape, default);
            Assert.Equal(expected, output);
            engine.Forward(new(all.Query, one.Key, one.Value, output), shape with { KeyHeads = 1 }, default);
            Assert.Equal(expected, output);
        }
    }

    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void QueryHeadsOfAGroupSeeTheirHeadOfKeys(TensorLayout layout)
    {
        foreach (var degree in new[] { 1, 2, 7 })
        {
            foreach (var engine in new[]
            {
                EngineTests.Linear<Causal>(degree), EngineTests.Linear<Bidirectional>(degree), EngineTests.Stateless<Causal>(degree),
            })
            {
                AttentionShape keys = new(2, 2, 23, layout), shape = new(2, 6, 23, layout);
                AttentionProblem grouped = new(keys), all = new(shape, [20, 23]);
                float[] expected = new float[all.OutputLength], output = new float[all.OutputLength];
                var (repeatedKeys, repeatedValues) = layout == TensorLayout.BatchHeadLengthDim
                    ? (Repeat(grouped.Key, 23 * Dim, 3), Repeat(grouped.Value, 23 * Values, 3))
                    : (Repeat(grouped.Key, Dim, 3), Repeat(grouped.Value, Values, 3));
                engine.Forward(new(all.Query, repeatedKeys, repeatedValues, expected), shape, new() { KeyLengths = all.KeyLengths });
                engine.Forward(
                    new(all.Query, grouped.Key, grouped.Value, output), shape with { KeyHeads = 2 }, new() { KeyLengths = all.KeyLengths });
                Assert.Equal(expected, output);
            }
        }
    }

    [Fact]
    public void WrongStridesAreNamed()
    {
        float[] query = new float[100], key = new float[100], value = new float[100], output = new float[100];
        AttentionShape shape = new(1, 2, 4);
        Fails("query", "strides 0 (sequences), -1 (heads) and 5 (tokens)", 0, new(0, -1, 5));
        Fails("key", "holds 100 numbers, but rows of 5 at the strides", 1, new(0, 90, 5));
        Fails("key", "reach to the number 110", 1, new(0, 90, 5));
        Fails("destination", "some are the same memory", 3, new(0, 12, 2));
        Fails("destination", "some are the same memory", 3, new(0, 0, 3));
        Fails("query", "holds 100 numbers", 0, new(0, nint.MaxValue, nint.MaxValue));

        // What lies between the rows of others is free; what lies in them is not.
        EngineTests.Linear<Bidirectional>(1).Forward(
            new(new(query, new(0, 8, 16)), key.AsSpan(0, 40), value.AsSpan(0, 24), new(query.AsSpan(5), new(0, 8, 16))), shape, default);
        var overlap = Assert.Throws<ArgumentException>("destination", () => EngineTests.Linear<Bidirectional>(1).Forward(
            new(new(query, new(0, 8, 16)), key.AsSpan(0, 40), value.AsSpan(0, 24), new(query.AsSpan(4), new(0, 8, 16))), shape, default));
        Assert.Contains("destination (96 numbers) overlaps query (100 numbers)", overlap.Message, StringComparison.Ordinal);

        void Fails(string name, string message, int place, TensorStrides strides)
        {
            var error = Assert.Throws<ArgumentException>(name, () =>
            {
                var all = new TensorStrides[4];
                all[place] = strides;
                EngineTests.Linear<Bidirectional>(1).Forward(
                    new(
                        new(place == 0 ? query : query.AsSpan(0, 40), all[0]), new(place == 1 ? key : key.AsSpan(0, 40), all[1]),
                        new(value.AsSpan(0, 24), all[2]), new(place == 3 ? output : output.AsSpan(0, 24), all[3])),
                    shape, default);
            });
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(6, 0)]
    [InlineData(6, -2)]
    [InlineData(6, 4)]
    [InlineData(6, 12)]
    [InlineData(0, 2)]
    public void HeadsAreAMultipleOfHeadsOfKeys(int heads, int keyHeads)
    {
        var error = Assert.Throws<ArgumentException>(
            "shape",
            () => EngineTests.Linear<Bidirectional>(1)
                .Forward(default, new AttentionShape(1, heads, 0) { KeyHeads = keyHeads }, default));
        Assert.Contains($"KeyHeads is {keyHeads}, but must be 1 to Heads = {heads} and divide it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ShapesThatSayTheSameAreEqual()
    {
        Assert.Equal(new AttentionShape(1, 6, 5), new AttentionShape(1, 6, 5) { KeyHeads = 6 });
        Assert.Equal(new AttentionShape(1, 6, 5).GetHashCode(), new AttentionShape(1, 6, 5) { KeyHeads = 6 }.GetHashCode());
        Assert.NotEqual(new AttentionShape(1, 6, 5), new AttentionShape(1, 6, 5) { KeyHeads = 3 });
    }

    private static float[] Repeat(float[] numbers, int part, int times) =>
        [.. numbers.Chunk(part).SelectMany(chunk => Enumerable.Repeat(chunk, times)).SelectMany(chunk => chunk)];
}
