using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>The pieces of the draw against published numbers.</summary>
public sealed class RandomNumberTests
{
    // The known-answer vectors of Random123, the authors' own code (kat_vectors, philox4x32 10).
    [Theory]
    [InlineData(0UL, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(
        ulong.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x299f31d0a4093822UL, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void PhiloxGivesItsPublishedBits(ulong key, uint c0, uint c1, uint c2, uint c3, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal((r0, r1, r2, r3), Philox.Mix(key, c0, c1, c2, c3));

    [Theory] // from tables of 16 digits; the three branches of the algorithm
    [InlineData(0.5, 0)]
    [InlineData(0.75, 0.6744897501960817)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.999, 3.090232306167813)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(1e-15, -7.941345326170997)]
    public void QuantilesAreThoseOfTheNormalDistribution(double p, double z) =>
        Assert.Equal(z, NormalQuantile.At(p), Math.Abs(z) * 2e-15 + 1e-300); // the condition of 1 − p at 0.999 included

    [Fact]
    public void LogIsThatOfTheLibraryToRounding()
    {
        for (var x = 1e-17; x < 2; x *= 1.0371)
        {
            Assert.Equal(Math.Log(x), NormalQuantile.Log(x), Math.Abs(Math.Log(x)) * 1e-15 + 1e-16);
        }
    }

    [Fact]
    public void NormalsHaveTheMomentsOfTheNormalDistribution()
    {
        const int count = 200_000;
        var x = new double[count];
        new NormalStream(3).Fill(x, row: 5, DrawPurpose.Direction, attempt: 0);
        // Standard errors of the first four moments: √(1, 2, 15, 96)/√count; limits at 4 of them.
        var unit = 4 / Math.Sqrt(count);
        Assert.InRange(x.Average(), -unit, unit);
        Assert.InRange(x.Average(v => v * v), 1 - unit * Math.Sqrt(2), 1 + unit * Math.Sqrt(2));
        Assert.InRange(x.Average(v => v * v * v), -unit * Math.Sqrt(15), unit * Math.Sqrt(15));
        Assert.InRange(x.Average(v => v * v * v * v), 3 - unit * Math.Sqrt(96), 3 + unit * Math.Sqrt(96));
        Assert.InRange(x.Zip(x.Skip(1), (a, b) => a * b).Average(), -unit, unit);
    }

    [Fact]
    public void StreamsOfOtherRowsPurposesAndAttemptsDiffer()
    {
        double First(int row, DrawPurpose purpose, int attempt)
        {
            var x = new double[1];
            new NormalStream(3).Fill(x, row, purpose, attempt);
            return x[0];
        }

        double[] firsts =
        [
            First(0, DrawPurpose.Direction, 0), First(1, DrawPurpose.Direction, 0),
            First(0, DrawPurpose.Length, 0), First(0, DrawPurpose.Direction, 1),
        ];
        Assert.Equal(4, firsts.Distinct().Count());
    }
}
