using Xunit;
using static KernelGen.Tests.Runtime.ProjectionMeasures;

namespace KernelGen.Tests.Runtime;

/// <summary>The independent draw: statistics at fixed seeds with limits at 4 standard errors.</summary>
public sealed class GaussianProjectionTests
{
    [Fact]
    public void WeightsAreNormal() => AssertNormalMoments(Projection.Gaussian(4096, 64, seed: 5));

    [Fact]
    public void SquaredLengthsAreChiSquared() => AssertChiSquared(Projection.Gaussian(4096, 64, seed: 11));

    [Fact]
    public void RowsAreIndependent()
    {
        // Cosines of rows have the mean square 1/d; those of orthogonal rows would be 0.
        const int rows = 64, d = 64;
        var w = Projection.Gaussian(rows, d, seed: 7);
        double sum = 0;
        for (var i = 1; i < rows; i++)
        {
            var cosine = Dot(w.Row(i), w.Row(i - 1)) / Math.Sqrt(Dot(w.Row(i), w.Row(i)) * Dot(w.Row(i - 1), w.Row(i - 1)));
            sum += cosine * cosine;
        }

        Assert.InRange(sum, 0.3, 1.7); // expectation 63/64, standard deviation about √2/8 = 0.18
    }

    [Theory]
    [InlineData("diagonal")]
    [InlineData("-diagonal")]
    [InlineData("e1")]
    public void ExponentialFeaturesAreUnbiased(string direction)
    {
        const int d = 16, draws = 4000;
        var (mean, error) = ExponentialMean(seed => Projection.Gaussian(d, d, seed), draws, Direction(direction, d));
        Assert.InRange(error, 0.004, 0.0065); // √((e − 1)/(16 · 4000)) = 0.0052 for independent rows
        Assert.InRange(mean, 1 - 4 * error, 1 + 4 * error);
    }

    [Theory]
    [InlineData(256, 64, 42UL, "0C2C9CEFAC8D1F4E32714FBEA38B059C3C983D1D74DAAB233A19217A7E56C29F")]
    [InlineData(41, 15, 0xFEDCBA9876543210UL, "E9B6C60F63378616FF3A34F970CD21C3425ED5005C4CDA5413A1001BAFB35C63")]
    public void TheSameSeedGivesTheSameBitsOnEveryMachine(int rows, int columns, ulong seed, string sha256) =>
        Assert.Equal(sha256, Sha256(Projection.Gaussian(rows, columns, seed).Weights));

    [Fact]
    public void OtherSeedsGiveOtherNumbersAndMoreRowsOnlyAdd()
    {
        var w = Projection.Gaussian(24, 16, seed: 1);
        Assert.Equal(ProjectionDraw.Gaussian, w.Draw);
        Assert.NotEqual(w.Weights.ToArray(), Projection.Gaussian(24, 16, seed: 2).Weights.ToArray());
        Assert.Equal(w.Weights.ToArray(), Projection.Gaussian(50, 16, seed: 1).Weights[..(24 * 16)].ToArray());
    }
}
