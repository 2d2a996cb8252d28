using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// Products of tiles against sums of integers, which float32 adds exactly, so that every bit is asked for; at each width, the wider ones by
/// the platform's own substitutes where the machine has none. Tiles end at a guard page and are full of canaries, so that a touch outside
/// is seen.
/// </summary>
public sealed unsafe class TileProductTests
{
    private const float Canary = 12345.75f;

    public enum Sum
    {
        Multiply,
        Add,
        AddToOne,
        AddToBoth,
        AddCompensated,
        MultiplyLower,
        MultiplyOfLower,
        AddOfLower,
    }

    public static TheoryData<Sum> Sums() => [.. Enum.GetValues<Sum>()];

    [Theory]
    [MemberData(nameof(Sums))]
    public void Each_product_is_exact_on_integers(Sum sum)
    {
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 18, 48, 50 })
        {
            foreach (var inner in new[] { 1, 2, 3, 15, 16, 48, 65 })
            {
                foreach (var vectors in new[] { 1, 2, 3, 4, 5, 7, 9 })
                {
                    foreach (var isTransposed in new[] { false, true })
                    {
                        Check<Floats16>(sum, rows, inner, vectors, isTransposed, diagonal: rows % 7);
                        Check<Floats8>(sum, rows, inner, vectors, isTransposed, diagonal: rows % 7);
                        Check<Floats4>(sum, rows, inner, vectors, isTransposed, diagonal: rows % 7);
                    }
                }
            }
        }
    }

    /// <summary>Sums of more than 512 summands are made of parts, and lower triangles may begin in any of them.</summary>
    [Theory]
    [InlineData(Sum.Multiply)]
    [InlineData(Sum.Add)]
    [InlineData(Sum.MultiplyOfLower)]
    [InlineData(Sum.AddOfLower)]
    public void Long_sums_are_exact_on_integers(Sum sum)
    {
        foreach (var inner in new[] { 511, 512, 513, 1023, 1024, 1100 })
        {
            foreach (var diagonal in new[] { 0, 500, 512, 1090 })
            {
                Check<Floats16>(sum, 13, inner, 5, isTransposed: false, diagonal);
                Check<Floats8>(sum, 13, inner, 3, isTransposed: true, diagonal);
                Check<Floats4>(sum, 4, inner, 1, isTransposed: false, diagonal);
            }
        }
    }

    /// <summary>A product of nothing writes zeros, and adds nothing.</summary>
    [Fact]
    public void Without_summands_a_product_is_zero()
    {
        foreach (var sum in Enum.GetValues<Sum>())
        {
            Check<Floats8>(sum, 7, inner: 0, vectors: 3, isTransposed: false, diagonal: 2);
        }
    }

    /// <summary>
    /// Parts of 512 summands: the sum of 2 to the power 20 ones and halves in one chain would lose half of the last bits.
    /// </summary>
    [Fact]
    public void Rounding_of_long_sums_grows_with_their_parts()
    {
        const int inner = 1 << 17;
        var (a, b, c) = (new float[2 * inner], new float[inner * 8], new float[16]);
        Array.Fill(a, 0.1f);
        Array.Fill(b, 1f);
        TileProducts.Multiply<Floats8>(ref a[0], inner, 1, ref b[0], 8, ref c[0], 8, rows: 2, inner, columns: 8);
        var expected = inner * (double)0.1f;

        // 512 roundings within a part and 256 of parts, each of half a unit in the last place of the sum at worst.
        Assert.All(c, sum => Assert.InRange(Math.Abs(sum - expected) / expected, 0, 768 * Math.Pow(2, -25)));
    }

    /// <summary>What a sum in twice the precision has lost is in its rests.</summary>
    [Fact]
    public void Compensated_sums_keep_what_they_lose()
    {
        var (a, b, c, rest) = (new float[] { 1, 1 }, new float[16], new float[32], new float[32]);
        for (var i = 0; i < 1 << 20; i++)
        {
            Array.Fill(b, 0.1f);
            TileProducts.AddCompensated<Floats16>(ref a[0], 1, 1, ref b[0], 16, ref c[0], ref rest[0], 16, rows: 2, inner: 1, columns: 16);
        }

        Assert.All(c.Zip(rest), sum => Assert.Equal((1 << 20) * (double)0.1f, sum.First + (double)sum.Second, (1 << 20) * 0.1 * 1e-7));
    }

    private static void Check<TVector>(Sum sum, int rows, int inner, int vectors, bool isTransposed, int diagonal)
        where TVector : struct, IVector<TVector>
    {
        var columns = vectors * TVector.Count;
        if (sum == Sum.MultiplyLower && columns % 16 != 0)
        {
            return; // tiles of tokens are whole blocks
        }

        // Rows past the last up to an even number, or to a block of a triangle, are computed with what is there.
        var allRows = sum == Sum.MultiplyLower ? (rows + 11) / 12 * 12 : (rows + 1) / 2 * 2;
        var (strideA, strideB, strideC) = (isTransposed ? allRows + 3 : inner + 3, columns + 5, columns + 7);
        var random = new Random(rows + (100 * inner) + (10000 * vectors));
        var ofLower = sum is Sum.MultiplyOfLower or Sum.AddOfLower;
        float A(int row, int k) => ofLower && k > diagonal + row ? 0 : ((row * 31) + (k * 17)) % 13 - 6;
        using var a = new GuardedMemory(Math.Max(1, isTransposed ? (inner - 1) * strideA + allRows : (allRows - 1) * strideA + inner));
        using var b = new GuardedMemory(Math.Max(1, (inner - 1) * strideB + columns));
        using var c = new GuardedMemory((allRows - 1) * strideC + columns);
        using var second = new GuardedMemory((allRows - 1) * strideC + columns);
        a.Span.Fill(0);
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < inner; k++)
            {
                a.Span[isTransposed ? (k * strideA) + row : (row * strideA) + k] = A(row, k);
            }
        }

        foreach (ref var number in b.Span)
        {
            number = random.Next(-8, 9);
        }

        c.Span.Fill(Canary);
        second.Span.Fill(Canary);
        for (var row = 0; row < allRows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                c.Span[(row * strideC) + column] = row - column;
                second.Span[(row * strideC) + column] = sum == Sum.AddCompensated ? 0 : 2 * row;
            }
        }

        var (rowA, innerA) = isTransposed ? (1, strideA) : (strideA, 1);
        ref var pa = ref *a.Pointer;
        ref var pb = ref *b.Pointer;
        ref var pc = ref *c.Pointer;
        ref var ps = ref *second.Pointer;
        switch (sum)
        {
            case Sum.Multiply:
                TileProducts.Multiply<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, strideC, rows, inner, columns);
                break;
            case Sum.Add:
                TileProducts.Add<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, strideC, rows, inner, columns);
                break;
            case Sum.AddToOne:
            case Sum.AddToBoth:
                TileProducts.AddToBoth<TVector>(
                    ref pa, rowA, innerA, ref pb, strideB, ref pc, ref ps, sum == Sum.AddToBoth, strideC, rows, inner, columns);
                break;
            case Sum.AddCompensated:
                TileProducts.AddCompensated<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, ref ps, strideC, rows, inner, columns);
                break;
            case Sum.MultiplyLower:
                TileProducts.MultiplyLower<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, strideC, rows, inner, columns, diagonal);
                break;
            case Sum.MultiplyOfLower:
                TileProducts.Multiply<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, strideC, rows, inner, columns, diagonal);
                break;
            case Sum.AddOfLower:
                TileProducts.Add<TVector>(ref pa, rowA, innerA, ref pb, strideB, ref pc, strideC, rows, inner, columns, diagonal);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(sum));
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < strideC && (row * strideC) + column < c.Span.Length; column++)
            {
                var at = (row * strideC) + column;
                if (column >= columns)
                {
                    // The gap between rows.
                    Assert.Equal(Canary, c.Span[at]);
                    Assert.Equal(Canary, second.Span[at]);
                    continue;
                }

                double product = 0;
                for (var k = 0; k < inner; k++)
                {
                    product += A(row, k) * b.Span[(k * strideB) + column];
                }

                var (before, secondBefore) = (row - column, sum == Sum.AddCompensated ? 0 : 2 * row);
                var expected = sum switch
                {
                    Sum.Multiply or Sum.MultiplyOfLower => product,
                    Sum.MultiplyLower => column > diagonal + row ? 0 : product,
                    _ => before + product,
                };
                Assert.True(
                    expected == c.Span[at],
                    $"{sum} at {TVector.Count} lanes, {rows} × {inner} × {columns}, transposed: {isTransposed}: ({row}, {column}) is {c.Span[at]}, not {expected}.");
                Assert.Equal(sum == Sum.AddToBoth ? secondBefore + product : secondBefore, second.Span[at]);
            }
        }
    }
}
