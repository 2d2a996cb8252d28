using KernelGen.Bench.Compare;
using Xunit;

namespace KernelGen.Tests.Bench;

/// <summary>Does a comparison call a row slower or faster where the ratios say so, and only there?</summary>
public sealed class RatioSummaryTests
{
    [Fact]
    public void MedianAndQuartilesAreOfAllPairsAndMediansOfEachProcess()
    {
        var summary = RatioSummary.Of([[1.0, 1.2, 1.1], [0.8, 0.9]]);
        Assert.Equal(1.0, summary.Median);
        Assert.Equal(0.9, summary.LowerQuartile, 12);
        Assert.Equal(1.1, summary.UpperQuartile, 12);
        Assert.Equal(0.85, summary.LowestProcess, 12);
        Assert.Equal(1.1, summary.HighestProcess, 12);
        Assert.Equal(5, summary.Pairs);
    }

    [Fact]
    public void QuartilesOfTwoPairsAreBetweenThem()
    {
        var summary = RatioSummary.Of([[1, 2]]);
        Assert.Equal((1.5, 1.25, 1.75), (summary.Median, summary.LowerQuartile, summary.UpperQuartile));
    }

    [Theory]
    [InlineData(0.97, Verdict.Slower)]
    [InlineData(0.985, Verdict.Same)] // surely slower, but within 2 %
    [InlineData(1, Verdict.Same)]
    [InlineData(1.015, Verdict.Same)]
    [InlineData(1.03, Verdict.Faster)]
    public void RatiosWithoutSpreadCountFromTwoPercentOn(double ratio, object verdict) =>
        Assert.Equal(verdict, RatioSummary.Of([[ratio, ratio], [ratio, ratio]]).Verdict);

    [Fact]
    public void RatiosThatSpreadOverOneSayNothing()
    {
        Assert.Equal(Verdict.Same, RatioSummary.Of([[0.9, 0.95, 1.05, 0.9, 1.1]]).Verdict);
        Assert.Equal(Verdict.Same, RatioSummary.Of([[1.1, 1.05, 0.95, 1.1, 0.9]]).Verdict);
    }

    /// <summary>Two lucky processes of three are most pairs; the third one shows that it was luck.</summary>
    [Fact]
    public void EveryProcessHasToAgree()
    {
        Assert.Equal(Verdict.Same, RatioSummary.Of([[1.05, 1.05, 1.05, 1.05], [1.05, 1.05, 1.05, 1.05], [0.999]]).Verdict);
        Assert.Equal(Verdict.Same, RatioSummary.Of([[0.95, 0.95, 0.95, 0.95], [0.95, 0.95, 0.95, 0.95], [1.001]]).Verdict);
        Assert.Equal(Verdict.Faster, RatioSummary.Of([[1.05, 1.05, 1.05, 1.05], [1.05, 1.05, 1.05, 1.05], [1.001]]).Verdict);
    }
}
