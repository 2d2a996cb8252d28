using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Are accuracy and perplexity what their names say, in the right group?</summary>
public sealed class ScoreTests
{
    [Fact]
    public void AccuracyAndPerplexity()
    {
        var score = new Score().With(true, Math.Log(2)).With(false, Math.Log(8)).With(true, Math.Log(4)).With(false, Math.Log(4));
        Assert.Equal(0.5, score.Accuracy);
        Assert.Equal(4, score.Perplexity, 1e-12); // rounding
        Assert.Equal(0.25, score.StandardError);
        Assert.Equal(score, new Score().With(true, Math.Log(2)).With(false, Math.Log(8)) + new Score(2, 1, 2 * Math.Log(4)));
        Assert.True(double.IsNaN(new Score().Accuracy) && double.IsNaN(new Score().Perplexity));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(2, "2–3")]
    [InlineData(3, "2–3")]
    [InlineData(4, "4–7")]
    [InlineData(7, "4–7")]
    [InlineData(8, "8+")]
    [InlineData(500, "8+")]
    public void ANumberOfRelativesHasAGroup(int relatives, string name)
    {
        var scores = new RelativeScores();
        scores.Add(relatives, correct: true, 1);
        Assert.Equal([name], RelativeScores.Names.Zip(scores.Groups).Where(group => group.Second.Count > 0).Select(group => group.First));
        Assert.Equal(1, scores.All.Count);
        Assert.Equal(relatives > 0 ? 1 : 0, scores.WithRelatives.Count);
        var both = new RelativeScores();
        both.Add(scores);
        both.Add(scores);
        Assert.Equal(new Score(2, 2, 2), both.All);
    }

    [Fact]
    public void APositionWithoutAProteinIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RelativeScores().Add(-1, true, 0));
}
