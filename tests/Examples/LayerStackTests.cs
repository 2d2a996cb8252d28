using KernelGen.Examples;
using KernelGen.Examples.KernelZoo;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Is a stack of layers a function of its seed and its attention alone?</summary>
public sealed class LayerStackTests
{
    private const int Length = 70;

    private static readonly float[] Tokens =
        new Embedding(seed: 1).Tokens(TokenStream.Concatenate([new Protein("p", Vocabulary.AminoAcids)], Length));

    [Fact]
    public void TheSeedAloneDecides()
    {
        var states = new LayerStack(seed: 1, depth: 3).Run(Tokens, Copy, threads: 1);
        Assert.Equal(states, new LayerStack(seed: 1, depth: 3).Run(Tokens, Copy, threads: 3));
        Assert.NotEqual(states, new LayerStack(seed: 2, depth: 3).Run(Tokens, Copy, threads: 1));
    }

    [Fact]
    public void EveryStateHasMeanSquareOne()
    {
        var states = new LayerStack(seed: 1, depth: 3).Run(Tokens, Copy, threads: 2);
        Assert.Equal(3, states.Length);
        foreach (var token in states.SelectMany(state => state.Chunk(Embedding.Width)))
        {
            Assert.Equal(1, token.Average(x => (double)x * x), 1e-5);
        }
    }

    [Fact]
    public void LayersSeeTheirNumberAndInputsOfTheStatedSize()
    {
        var seen = new List<int>();
        new LayerStack(seed: 1, depth: 4).Run(
            Tokens,
            (layer, query, key, value, output) =>
            {
                seen.Add(layer);
                Assert.Equal(query, key);
                Assert.Equal(
                    Embedding.InputScale, InputStatistics.Of(query, key, Embedding.Heads, Length, Embedding.HeadDim).Deviation, 0.05);
                Array.Clear(output);
            },
            threads: 2);
        Assert.Equal([0, 1, 2, 3], seen);
    }

    [Fact]
    public void WithoutAttentionATokenIsOnlyNormed()
    {
        var states = new LayerStack(seed: 1, depth: 2).Run(Tokens, (_, _, _, _, output) => Array.Clear(output), threads: 1);
        double[] expected =
        [
            .. Tokens.Chunk(Embedding.Width).SelectMany(token => token.Select(x => x / Math.Sqrt(token.Average(y => (double)y * y)))),
        ];
        Assert.All(states, state => Assert.InRange(SampledRows.RelativeError([.. state.Select(x => (double)x)], expected), 0, 1e-6));
    }

    private static void Copy(int layer, float[] query, float[] key, float[] value, float[] output) => value.CopyTo(output, 0);
}
