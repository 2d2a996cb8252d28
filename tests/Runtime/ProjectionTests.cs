using Xunit;
using static KernelGen.Tests.Runtime.ProjectionMeasures;

namespace KernelGen.Tests.Runtime;

/// <summary>The draw of W: exact where it must be exact, and statistics at fixed seeds with limits at 4 standard errors.</summary>
public sealed class ProjectionTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(256, 64)]
    [InlineData(40, 16)]
    [InlineData(5, 1)]
    [InlineData(3, 7)]
    public void RowsOfABlockAreOrthogonal(int rows, int columns)
    {
        var w = Projection.Orthogonal(rows, columns, seed: 7);
        Assert.Equal(rows * columns, w.Weights.Length);
        for (var i = 0; i < rows; i++)
        {
            for (var j = i / columns * columns; j < i; j++)
            {
                var product = Dot(w.Row(i), w.Row(j));
                var lengths = Math.Sqrt(Dot(w.Row(i), w.Row(i)) * Dot(w.Row(j), w.Row(j)));
                // only rounding to float is left
                Assert.True(Math.Abs(product) <= 1e-5 * lengths, $"rows {i} and {j}: {product} of {lengths}");
            }
        }
    }

    [Fact]
    public void BlocksAreIndependent()
    {
        // Were the second block a copy or a rotation-free repeat of the first, cosines of rows i and i + d would be 1; they are ~ N(0,
        // 1/d).
        var w = Projection.Orthogonal(128, 64, seed: 7);
        double sum = 0;
        for (var i = 0; i < 64; i++)
        {
            var cosine = Dot(w.Row(i), w.Row(i + 64)) / Math.Sqrt(Dot(w.Row(i), w.Row(i)) * Dot(w.Row(i + 64), w.Row(i + 64)));
            sum += cosine * cosine;
        }

        Assert.InRange(sum, 0.2, 2.5); // expectation 64/64 = 1, standard deviation about √2/8 = 0.18
    }

    [Fact]
    public void SquaredLengthsAreChiSquared() => AssertChiSquared(Projection.Orthogonal(4096, 64, seed: 11));

    [Theory]
    [InlineData("diagonal")]
    [InlineData("-diagonal")]
    [InlineData("e1")]
    public void ExponentialFeaturesAreUnbiased(string direction)
    {
        // E e^{ωᵀz − ‖z‖²/2} = 1. Without the sign rule of Q the mean is 0.86 or 1.14 along the diagonal, some 25 standard errors away.
        const int d = 16, draws = 4000;
        var (mean, standardError) = ExponentialMean(seed => Projection.Orthogonal(d, d, seed), draws, Direction(direction, d));
        Assert.InRange(standardError, 0.001, 0.01); // ≤ √((e − 1)/(16 · 4000)) = 0.0052: enough to tell 0.86 from 1
        Assert.InRange(mean, 1 - 4 * standardError, 1 + 4 * standardError); // fails a right draw 6 times in 100000
    }

    [Theory]
    [InlineData(256, 64, 42UL, "56840819FC0A0B0C64E5578360B90140A4253A23A0403C1DAF5571721FFEDC23")]
    [InlineData(40, 16, 0xFEDCBA9876543210UL, "5E2A9A1F9C1227415F782E1B6DDD054617DFCC2834329FFF8E64302A5080BAFE")]
    [InlineData(5, 1, 42UL, "3D5E12241A90AB8C345F66967AECE5245445DBA2A033ACC86579F7BA082D0F45")]
    [InlineData(9, 2, 42UL, "477BD89380652D6923B72393441318F889DC6F4212F651D6E7C77095269C2B1A")]
    [InlineData(7, 3, 0UL, "9815A7E11BFB944F3E18C483AD92845C80D2D7E2DC0B7FC515BA6DB77A0A6447")]
    [InlineData(33, 200, 42UL, "8EC1618D45E3B8564EACC84B71AFECF4165615CD80807605CED19469D0E1DD03")]
    [InlineData(65, 64, 0xFEDCBA9876543210UL, "5B821F78A17D239CD4E72AE83547E355432FAB48ED11B56C499EDC0C24181E0D")]
    [InlineData(200, 33, 42UL, "D1BC16EA52A3E6384D524C269446147CC45B4D8E5353415AEC26F1C1C04FDB51")]
    [InlineData(300, 100, 0UL, "917E3C6F04782D9B48C894BADBA0F772ED56D9F286713F809D9722609073D8F2")]
    [InlineData(600, 130, 0xFEDCBA9876543210UL, "250FA5A201327CCC60F2730BEF83784AAB39EF07B175F3DE96E714F5FF6DCC85")]
    // row 1 is drawn twice: it is within 1e-8 of row 0
    [InlineData(7, 2, 384259347UL, "648FAA4DF265443CFCA2384D01F6BF4BC92F33796916774414C21774D1E5EA57")]
    // so is row 3, of the block in the other lane
    [InlineData(7, 2, 5281108UL, "CDB724BACF8A142C83F17CDFBCC6ED072458653D3DB5827888AD2B6D9B3EC8BC")]
    [InlineData(2100, 255, 42UL, "FB6E03B8D3E9CC8EAF3AA3CF50A6788E46F6399BC0B80E457C2971855FCE0081")]
    public void TheSameSeedGivesTheSameBitsOnEveryMachine(int rows, int columns, ulong seed, string sha256) =>
        Assert.Equal(sha256, Sha256(Projection.Orthogonal(rows, columns, seed).Weights));

    /// <summary>Large enough for several threads: some draws get them, the others work alone.</summary>
    [Fact]
    public void DrawsAtTheSameTimeHaveTheSameBits()
    {
        var hashes = new string[6];
        Parallel.For(0, hashes.Length, i => hashes[i] = Sha256(Projection.Orthogonal(2100, 255, seed: 42).Weights));
        Assert.All(hashes, hash => Assert.Equal("FB6E03B8D3E9CC8EAF3AA3CF50A6788E46F6399BC0B80E457C2971855FCE0081", hash));
    }

    [Fact]
    public void OtherSeedsGiveOtherNumbersAndMoreRowsOnlyAdd()
    {
        var w = Projection.Orthogonal(24, 16, seed: 1);
        Assert.NotEqual(w.Weights.ToArray(), Projection.Orthogonal(24, 16, seed: 2).Weights.ToArray());
        Assert.NotEqual(w.Weights.ToArray(), Projection.Orthogonal(24, 16, seed: 1UL << 32 | 1).Weights.ToArray());
        Assert.Equal(ProjectionDraw.Orthogonal, w.Draw);
        Assert.Equal(w.Weights.ToArray(), Projection.Orthogonal(50, 16, seed: 1).Weights[..(24 * 16)].ToArray());
    }

    [Fact]
    public void DependentVectorsAreRefusedSoThatTheyAreRedrawn()
    {
        double[] basis = [0.6, 0.8, 0];
        Assert.False(OrthogonalDraw.TryOrthonormalise(basis, [1.2, 1.6, 0]));
        Assert.False(OrthogonalDraw.TryOrthonormalise(basis, [1.2, 1.6, 1e-9]));
        Assert.False(OrthogonalDraw.TryOrthonormalise(basis, [0, 0, 0]));
        double[] independent = [3, 4, -2];
        Assert.True(OrthogonalDraw.TryOrthonormalise(basis, independent));
        Assert.Equal([0, 0, -1], independent.Select(x => Math.Round(x, 14) + 0.0)); // rounding of a few 1e-16
    }

    [Fact]
    public void FromWeightsCopies()
    {
        float[] weights = [1, 2, 3, 4, 5, 6];
        var w = Projection.FromWeights(weights, 2, 3);
        weights[0] = 9;
        Assert.Equal([1, 2, 3, 4, 5, 6], w.Weights.ToArray());
        Assert.Equal((ProjectionDraw.Given, 2, 3), (w.Draw, w.Rows, w.Columns));
    }

    [Fact]
    public void WrongArgumentsAreNamedWithBothNumbers()
    {
        var length = Assert.Throws<ArgumentException>("weights", () => Projection.FromWeights(new float[5], 2, 3));
        Assert.Contains("2 × 3 weights are 6 numbers, but 5 were given", length.Message);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var finite = Assert.Throws<ArgumentException>("weights", () => Projection.FromWeights([0, 0, 0, 0, 0, bad], 2, 3));
            Assert.Contains("row 1, column 2", finite.Message);
        }

        Assert.Throws<ArgumentOutOfRangeException>("rows", () => Projection.Orthogonal(0, 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>("columns", () => Projection.Orthogonal(3, 0, 1));
        var size = Assert.Throws<ArgumentException>("rows", () => Projection.Orthogonal(65536, 65536, 1));
        Assert.Contains("65536 × 65536 weights are 4294967296 numbers", size.Message);
    }
}
