using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Is the reference that the example measures errors against softmax attention?</summary>
public sealed class SampledRowsTests
{
    [Theory]
    [InlineData(false, 1, 7)]
    [InlineData(true, 1, 7)]
    [InlineData(false, 3, 64)]
    [InlineData(true, 3, 64)]
    public void AgreesWithTheDefinition(bool causal, int threads, int dim)
    {
        const int heads = 2;
        const int length = 300; // more than two blocks of keys
        float[] q = Numbers(1, heads * length * dim), k = Numbers(2, heads * length * dim), v = Numbers(3, heads * length * dim);
        int[] positions = [0, 5, 127, 128, 299];

        var (attention, average) = SampledRows.Compute(q, k, v, heads, length, dim, positions, causal, threads);

        for (var row = 0; row < heads * positions.Length; row++)
        {
            var head = row / positions.Length;
            var i = positions[row % positions.Length];
            var keys = causal ? i + 1 : length;
            double[] weights = [.. Enumerable.Range(0, keys).Select(j => Math.Exp(
                Enumerable.Range(0, dim).Sum(c => (double)q[(head * length + i) * dim + c] * k[(head * length + j) * dim + c])
                / Math.Sqrt(dim)))];
            for (var c = 0; c < dim; c++)
            {
                double[] values = [.. Enumerable.Range(0, keys).Select(j => (double)v[(head * length + j) * dim + c])];
                Assert.Equal(weights.Zip(values, (w, x) => w * x).Sum() / weights.Sum(), attention[row * dim + c], 1e-12);
                Assert.Equal(values.Average(), average[row * dim + c], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1000)]
    [InlineData(1_048_576)]
    public void PositionsAreDistinctAndInside(int length)
    {
        var positions = SampledRows.Positions(length);
        Assert.Equal(Math.Min(length, 256), positions.Length);
        Assert.Equal(positions.Distinct().Order(), positions);
        Assert.InRange(positions[0], 0, length - 1);
        Assert.InRange(positions[^1], 0, length - 1);
    }

    [Fact]
    public void GatherTakesTheRowsOfEachHead()
    {
        float[] tensor = [.. Enumerable.Range(0, 2 * 3 * 2).Select(i => (float)i)]; // 2 heads, 3 tokens, 2 numbers
        Assert.Equal([0, 1, 4, 5, 6, 7, 10, 11], SampledRows.Gather(tensor, 2, 3, 2, [0, 2]));
    }

    [Fact]
    public void RelativeErrorIsOfNorms() => Assert.Equal(0.5, SampledRows.RelativeError([3, 6.5], [3, 4]), 1e-12);

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(4 * random.NextDouble() - 2))];
    }
}
