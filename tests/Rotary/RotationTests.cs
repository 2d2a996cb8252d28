using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Rotary;

/// <summary>The rotation of rows alone, at every width.</summary>
public sealed class RotationTests
{
    private static readonly long[] Positions = [0, 1, 2, 47, 4095, 65_535, 999_999, 1_000_000, 16_777_217, int.MaxValue];

    [Theory]
    [InlineData(2, 10_000f)]
    [InlineData(6, 10_000f)]
    [InlineData(34, 10_000f)]
    [InlineData(64, 10_000f)]
    [InlineData(128, 500_000f)]
    [InlineData(1024, 100f)]
    [InlineData(64, 1f)]
    public void Sines_and_cosines_are_within_a_millionth(int columns, float theta)
    {
        Check<Floats4>(columns, theta);
        if (Vector256.IsHardwareAccelerated)
        {
            Check<Floats8>(columns, theta);
        }

        if (Vector512.IsHardwareAccelerated)
        {
            Check<Floats16>(columns, theta);
        }
    }

    [Fact]
    public void Rotated_back_a_row_is_what_it_was()
    {
        var (rates, tile) = (Rates(36, 10_000), Tile(36, 3));
        var before = (float[])tile.Clone();
        CompilerServices.Rotary.Rotate<Floats4>(ref tile[0], 40, 3, 36, ref rates[0], 123_456, -1);
        CompilerServices.Rotary.RotateBack<Floats4>(ref tile[0], 40, 3, 36, ref rates[0], 123_456, -1);
        for (var i = 0; i < tile.Length; i++)
        {
            Assert.Equal(before[i], tile[i], 1e-6f);
        }
    }

    private static void Check<TVector>(int columns, float theta)
        where TVector : struct, IVector<TVector>
    {
        var rates = Rates(columns, theta);
        foreach (var position in Positions)
        {
            foreach (var step in new[] { 1, -1 })
            {
                var first = step < 0 ? position + 2 : position;
                var tile = Tile(columns, 3);
                CompilerServices.Rotary.Rotate<TVector>(ref tile[0], columns + 4, 3, columns, ref rates[0], first, step);
                for (var row = 0; row < 3; row++)
                {
                    for (var c = 0; c < columns / 2; c++)
                    {
                        // The product rounds to 2^-53 of it: 2e-7 at 2^31 radians.
                        var (sin, cos) = Math.SinCos((first + (row * step)) * Math.Pow(theta, -2.0 * c / columns));
                        var at = (row * (columns + 4)) + c;
                        Assert.Equal((3 * cos) - (4 * sin), tile[at], 5e-6);
                        Assert.Equal((3 * sin) + (4 * cos), tile[at + (columns / 2)], 5e-6);
                    }

                    // What lies between rows is nobody's.
                    Assert.Equal([9, 9, 9, 9], tile[((row * (columns + 4)) + columns)..((row + 1) * (columns + 4))]);
                }
            }
        }
    }

    private static float[] Rates(int columns, float theta)
    {
        var rates = new float[16 * (((columns / 2) + 15) / 16 * 16)];
        CompilerServices.Rotary.Pack(rates, columns, theta);
        return rates;
    }

    /// <summary>Rows of pairs (3, 4), of length 5: a millionth of that is 5e-6.</summary>
    private static float[] Tile(int columns, int rows) =>
        [.. Enumerable.Range(0, rows * (columns + 4)).Select(i => i % (columns + 4)).Select(c =>
            c < columns / 2 ? 3f : c < columns ? 4f : 9f)];
}
