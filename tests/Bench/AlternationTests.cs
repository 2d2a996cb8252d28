using KernelGen.Bench.Compare;
using Xunit;

namespace KernelGen.Tests.Bench;

/// <summary>Does neither side of a comparison profit from its place?</summary>
public sealed class AlternationTests
{
    private static readonly CompareEffort Effort = new(MostPairs: 20, BudgetSeconds: 1);

    /// <summary>A B B A: where the machine slows down evenly, the sum of all places of both sides is the same.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void BothSidesHaveTheSamePlacesOnAverage(int process)
    {
        int present = 0, other = 0, place = 0;
        for (var pair = 0; pair < 8; pair++)
        {
            var presentFirst = Alternation.PresentFirst(process, pair);
            present += presentFirst ? place : place + 1;
            other += presentFirst ? place + 1 : place;
            place += 2;
        }

        Assert.Equal(present, other);
    }

    [Fact]
    public void EveryOtherProcessBeginsTheOtherWayRound()
    {
        Assert.True(Alternation.PresentFirst(process: 0, pair: 0));
        Assert.False(Alternation.PresentFirst(process: 1, pair: 0));
        Assert.True(Alternation.PresentFirst(process: 2, pair: 0));
    }

    [Theory]
    [InlineData(0, 100, true)] // however long one takes
    [InlineData(7, 100, true)]
    [InlineData(8, 100, false)]
    [InlineData(8, 0.5, true)]
    [InlineData(9, 100, true)] // a pair the other way round is still due
    [InlineData(20, 0.5, false)]
    public void PairsGoOnUntilBudgetOrNumberIsReached(int done, double elapsed, bool goesOn) =>
        Assert.Equal(goesOn, Alternation.GoesOn(done, elapsed, Effort));
}
