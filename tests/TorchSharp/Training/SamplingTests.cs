using KernelGen.Examples.Generate;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>How a model that writes chooses.</summary>
public sealed class SamplingTests
{
    private const int Draws = 20_000;

    private static readonly float[] _scores = [MathF.Log(1), MathF.Log(4), MathF.Log(2), MathF.Log(3)];

    [Theory]
    [InlineData(1.0, 0, 1.0, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(0.5, 0, 1.0, new[] { 1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0 })]
    [InlineData(1.0, 2, 1.0, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(1.0, 9, 1.0, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(1.0, 0, 0.5, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(1.0, 0, 0.39, new[] { 0, 1.0, 0, 0 })]
    [InlineData(1.0, 3, 0.75, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(0.0, 0, 1.0, new[] { 0, 1.0, 0, 0 })]
    public void Tokens_come_as_often_as_their_probabilities_say(double temperature, int topK, double topP, double[] expected)
    {
        var sampling = new Sampling(temperature, topK, topP);
        var random = new Random(1);
        var counts = new int[_scores.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[sampling.Choose(_scores, random)]++;
        }

        for (var i = 0; i < counts.Length; i++)
        {
            // Five standard deviations of a share of 20,000 draws.
            Assert.Equal(expected[i], counts[i] / (double)Draws, 5 * Math.Sqrt(expected[i] * (1 - expected[i]) / Draws) + 1e-12);
        }
    }

    [Fact]
    public void Scores_of_any_size_are_chosen_from()
    {
        var random = new Random(1);
        Assert.Equal(1, new Sampling(1, 0, 1).Choose([-1e30f, 3e38f, 0], random));
        Assert.Equal(0, new Sampling(1e-6, 0, 1).Choose([1, 0.999f], random));
        Assert.Equal(0, new Sampling(1, 0, 1).Choose([5], random));
    }
}
