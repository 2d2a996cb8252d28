using KernelGen.Bench.Compare;
using Xunit;

namespace KernelGen.Tests.Bench;

/// <summary>Do patterns choose the rows that they name?</summary>
public sealed class RowPatternTests
{
    private static readonly string[] Rows =
        [
            "favor-softmax/causal/forward/1", "favor-softmax/causal/forward/16", "favor-softmax/bidirectional/step/1-stream",
            "favor-relu/causal/forward/4096",
        ];

    [Theory]
    [InlineData("*", 0, 1, 2, 3)]
    [InlineData("favor-softmax/causal/forward/1", 0)] // not the row whose name goes on
    [InlineData("*/1", 0)]
    [InlineData("*/causal/*", 0, 1, 3)]
    [InlineData("FAVOR-relu*", 3)]
    [InlineData("*/16, *relu*", 1, 3)]
    [InlineData("causal")] // a whole name, not a part of one
    [InlineData("favor.softmax*")] // a point is a point
    public void Chooses(string pattern, params int[] rows) =>
        Assert.Equal(rows.Select(row => Rows[row]), Rows.Where(RowPattern.Parse(pattern).Matches));

    [Theory]
    [InlineData("")]
    [InlineData("a,,b")]
    [InlineData("a, ")]
    public void EmptyPatternsAreRefused(string pattern) => Assert.Contains(
        $"'{pattern}'", Assert.Throws<FormatException>(() => RowPattern.Parse(pattern)).Message);

    [Fact]
    public void NamesThePatternsThatNothingMatches()
    {
        Assert.Equal(["favour*", "x"], RowPattern.Parse("favour*,*/16,x").Unmatched(Rows));
        Assert.Empty(RowPattern.All.Unmatched(Rows));
    }
}
