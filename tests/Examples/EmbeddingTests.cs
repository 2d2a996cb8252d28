using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Do the example's inputs have the scale that it states?</summary>
public sealed class EmbeddingTests
{
    private const int Length = 700;
    private const int Count = Length * Embedding.Heads * Embedding.HeadDim;

    [Fact]
    public void EntriesHaveTheStatedDeviation()
    {
        var (query, key, value) = Embed(seed: 1, threads: 2);
        Assert.Equal(Embedding.InputScale, InputStatistics.Of(query, key, Embedding.Heads, Length, Embedding.HeadDim).Deviation, 0.03);
        Assert.Equal(1, Math.Sqrt(value.Average(x => (double)x * x)), 0.1);
    }

    [Fact]
    public void TheSeedAloneDecides()
    {
        var (query, _, value) = Embed(seed: 1, threads: 1);
        var (sameQuery, _, sameValue) = Embed(seed: 1, threads: 3);
        var (otherQuery, _, _) = Embed(seed: 2, threads: 1);
        Assert.Equal(query, sameQuery);
        Assert.Equal(value, sameValue);
        Assert.NotEqual(query, otherQuery);
    }

    [Fact]
    public void MeanSquaredZIsTheMeanOverPairs()
    {
        float[] query = [1, 2, 3, 4]; // 1 head, 2 tokens, 2 numbers
        float[] key = [0, 1, -1, 2];
        double expected = 0;
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
            {
                expected += (Math.Pow(query[2 * i] + key[2 * j], 2) + Math.Pow(query[2 * i + 1] + key[2 * j + 1], 2)) / Math.Sqrt(2) / 4;
            }
        }

        Assert.Equal(expected, InputStatistics.Of(query, key, 1, 2, 2).MeanSquaredZ, 1e-12);
    }

    private static (float[] Query, float[] Key, float[] Value) Embed(int seed, int threads)
    {
        var tokens = TokenStream.Concatenate([new Protein("p", Vocabulary.AminoAcids)], Length);
        float[] query = new float[Count], key = new float[Count], value = new float[Count];
        new Embedding(seed).Embed(tokens, query, key, value, threads);
        return (query, key, value);
    }
}
