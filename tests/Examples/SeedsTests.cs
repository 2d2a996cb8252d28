using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Are seeds the same everywhere, and different where they are for something else?</summary>
public sealed class SeedsTests
{
    [Fact]
    public void AreTheFirstBitsOfSha256()
    {
        // printf order/1/2 | sha256sum: 69d54890…; its first 31 bits.
        Assert.Equal(0x69D54890 >> 1, Seeds.Of("order", 1, 2));
        Assert.Equal(Seeds.Of("order", 1, 2), Seeds.Of("order", [1, 2]));
        Assert.Equal(new Random(Seeds.Of("order", 1, 2)).Next(), Seeds.Random("order", 1, 2).Next());
    }

    [Fact]
    public void DifferInPurposeAndPlace()
    {
        int[] seeds = [Seeds.Of("a"), Seeds.Of("b"), Seeds.Of("a", 1), Seeds.Of("a", 1, 2), Seeds.Of("a", 12), Seeds.Of("a", 2, 1)];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.All(seeds, seed => Assert.True(seed >= 0));
    }

    [Fact]
    public void SharesAreEven()
    {
        double[] shares = [.. Enumerable.Range(0, 10_000).Select(i => Seeds.Share($"protein {i}"))];
        Assert.All(shares, share => Assert.InRange(share, 0, Math.BitDecrement(1.0)));

        // Of 10,000 even numbers the share below a tenth has a standard deviation of 0.003: within five of them.
        Assert.Equal(0.1, shares.Count(share => share < 0.1) / 10_000.0, 0.015);
        Assert.Equal(0.5, shares.Average(), 0.015);
    }
}
