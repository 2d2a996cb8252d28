using Xunit;
using static KernelGen.Tests.Runtime.ProjectionMeasures;

namespace KernelGen.Tests.Runtime;

/// <summary>The draw of one length: its directions, its norms, and that its bias is the one that theory gives.</summary>
public sealed class RegularizedProjectionTests
{
    [Theory]
    [InlineData(40, 16)]
    [InlineData(256, 64)]
    [InlineData(3, 1)]
    public void RowsAreThoseOfTheOrthogonalDrawAtTheLengthRootD(int rows, int columns)
    {
        var w = Projection.RegularizedOrthogonal(rows, columns, seed: 7);
        var orthogonal = Projection.Orthogonal(rows, columns, seed: 7);
        Assert.Equal(ProjectionDraw.RegularizedOrthogonal, w.Draw);
        for (var i = 0; i < rows; i++)
        {
            var length = Math.Sqrt(Dot(w.Row(i), w.Row(i)));
            var other = Math.Sqrt(Dot(orthogonal.Row(i), orthogonal.Row(i)));
            Assert.Equal(Math.Sqrt(columns), length, Math.Sqrt(columns) * 1e-7); // rounding of each weight to float
            for (var column = 0; column < columns; column++)
            {
                Assert.Equal(orthogonal.Row(i)[column] / other, w.Row(i)[column] / length, 2e-7);
            }
        }
    }

    [Theory]
    [InlineData(4, "diagonal")]
    [InlineData(4, "-diagonal")]
    [InlineData(4, "e1")]
    [InlineData(16, "diagonal")]
    [InlineData(16, "e1")]
    public void ExponentialFeaturesAreTooLowByWhatTheoryGives(int d, string direction)
    {
        // For a uniform u: E e^{√d uᵀz} = Σ_k d^k ‖z‖^2k / (2^k k! · d(d + 2)…(d + 2k − 2)); 0.965 after e^{−½} at d = 4, 0.987 at d = 16.
        double expected = 0, term = Math.Exp(-0.5);
        for (var k = 1; k < 30; k++)
        {
            expected += term;
            term *= d / (2.0 * k * (d + 2 * k - 2));
        }

        const int draws = 4000;
        var (mean, error) = ExponentialMean(seed => Projection.RegularizedOrthogonal(d, d, seed), draws, Direction(direction, d));
        Assert.InRange(mean, expected - 4 * error, expected + 4 * error);
        if (d == 4)
        {
            Assert.True(mean < 1 - 4 * error, $"{mean} is not below 1 by more than its error {error}");
        }

        // The docstring's rule of thumb, ‖z‖⁴ / (4(d + 2)), is right to a fifth.
        Assert.Equal(1, (1 - expected) * 4 * (d + 2), 0.2);
    }

    [Theory]
    [InlineData(256, 64, 42UL, "FEA6288632B036523197742F700C5E2D0BD0F28FA95951D2097D2EDBBA832DF0")]
    [InlineData(40, 16, 0xFEDCBA9876543210UL, "054B722D2798F511D254CC821CAEB3318F677DF0396A91C8A84B988476285B90")]
    [InlineData(7, 3, 0UL, "786D7F7A97614042C9468BD49606C423B1467C989CC6847D4DFABC5F950E917C")]
    [InlineData(300, 100, 0UL, "0CC9A57CB433256862B07795B8821050990409B6097A2AAA37CC00D9F65FA477")]
    [InlineData(2100, 255, 42UL, "E65050CE294A56CCC2D689008C77F59C76B7115847D5285B58FB0E675C4F93F0")]
    public void TheSameSeedGivesTheSameBitsOnEveryMachine(int rows, int columns, ulong seed, string sha256) =>
        Assert.Equal(sha256, Sha256(Projection.RegularizedOrthogonal(rows, columns, seed).Weights));
}
