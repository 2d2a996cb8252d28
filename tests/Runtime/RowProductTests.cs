using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// Products of a row or two, and products with fast transforms, against sums of integers, which float32 adds exactly; at each width.
/// </summary>
public sealed unsafe class RowProductTests
{
    public static TheoryData<int> Inners() => [0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 64, 511, 513, 2047, 2051, 4100];

    [Theory]
    [MemberData(nameof(Inners))]
    public void Products_of_rows_are_exact_on_integers(int inner)
    {
        foreach (var vectors in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 31, 33 })
        {
            Check<Floats16>(inner, vectors);
            Check<Floats8>(inner, vectors);
            Check<Floats4>(inner, vectors);
        }
    }

    [Fact]
    public void Dot_products_are_exact_on_integers()
    {
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 16, 17, 64 })
        {
            foreach (var vectors in new[] { 1, 2, 3, 4, 16, 17 })
            {
                Dots<Floats16>(rows, vectors);
                Dots<Floats8>(rows, vectors);
                Dots<Floats4>(rows, vectors);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void Fast_transforms_are_the_matrices_that_they_stand_for(int block)
    {
        foreach (var rows in new[] { 1, 3, 16, 17 })
        {
            Transform<Floats16>(block, rows, columns: block, projections: 2 * block);
            Transform<Floats8>(block, rows, columns: Math.Max(1, block - 3), projections: Math.Max(1, (2 * block) - 1));
            Transform<Floats4>(block, rows, columns: Math.Max(1, (block / 2) + 1), projections: block);
        }
    }

    private static void Check<TVector>(int inner, int vectors)
        where TVector : struct, IVector<TVector>
    {
        var columns = vectors * TVector.Count;
        var (strideA, strideB, strideC) = (inner + 3, columns + 4, columns + 16);
        using var a = new GuardedMemory(strideA + Math.Max(1, inner));
        using var b = new GuardedMemory(Math.Max(1, ((inner - 1) * strideB) + columns));
        using var c = new GuardedMemory(strideC + columns);
        Fill(a.Span, 7);
        Fill(b.Span, 11);
        double Product(int row, int column)
        {
            double sum = 0;
            for (var k = 0; k < inner; k++)
            {
                sum += a.Span[(row * strideA) + k] * b.Span[(k * strideB) + column];
            }

            return sum;
        }

        void Same(Func<int, double> expected, int row, string what)
        {
            for (var column = 0; column < columns; column++)
            {
                var actual = c.Span[(row * strideC) + column];
                Assert.True(
                    expected(column) == actual,
                    $"{what} at {TVector.Count} lanes, {inner} × {columns}: {column} is {actual}, not {expected(column)}.");
            }
        }

        c.Span.Fill(3);
        RowProducts.Multiply<TVector>(ref *a.Pointer, ref *b.Pointer, strideB, ref *c.Pointer, inner, columns);
        Same(column => Product(0, column), 0, "Multiply");
        c.Span.Fill(3);
        RowProducts.Add<TVector>(ref *a.Pointer, ref *b.Pointer, strideB, ref *c.Pointer, inner, columns);
        Same(column => 3 + Product(0, column), 0, "Add");
        Assert.All(c.Span[columns..].ToArray(), number => Assert.Equal(3, number));
        RowProducts.MultiplyPair<TVector>(ref *a.Pointer, strideA, ref *b.Pointer, strideB, ref *c.Pointer, strideC, inner, columns);
        Same(column => Product(0, column), 0, "MultiplyPair");
        Same(column => Product(1, column), 1, "MultiplyPair");
    }

    private static void Dots<TVector>(int rows, int vectors)
        where TVector : struct, IVector<TVector>
    {
        var (inner, all) = (vectors * TVector.Count, (rows + 3) / 4 * 4);
        var strideB = inner + 4;
        using var a = new GuardedMemory(inner);
        using var b = new GuardedMemory(((all - 1) * strideB) + inner);
        using var c = new GuardedMemory(all);
        Fill(a.Span, 5);
        Fill(b.Span, 13);
        RowProducts.Dots<TVector>(ref *a.Pointer, ref *b.Pointer, strideB, ref *c.Pointer, rows, inner);
        for (var row = 0; row < rows; row++)
        {
            double expected = 0;
            for (var k = 0; k < inner; k++)
            {
                expected += a.Span[k] * b.Span[(row * strideB) + k];
            }

            Assert.Equal(expected, c.Span[row]);
        }
    }

    /// <summary>
    /// Signs and lengths are whole, and so are the numbers of a token, of one unit where blocks are large: three transforms multiply them
    /// by P³ at most.
    /// </summary>
    private static void Transform<TVector>(int block, int rows, int columns, int projections)
        where TVector : struct, IVector<TVector>
    {
        var blocks = (projections + block - 1) / block;
        var lengths = 3 * block * blocks;
        var (strideA, strideC, lanes) = (columns + 3, (blocks * block) + 16, TVector.Count);
        var wholeRows = (rows + lanes - 1) / lanes * lanes;
        using var a = new GuardedMemory(((rows - 1) * strideA) + columns);
        using var w = new GuardedMemory(lengths + (blocks * block));
        using var c = new GuardedMemory(((wholeRows - 1) * strideC) + projections);
        using var work = new GuardedMemory(2 * block * lanes);
        var random = new Random(block + rows);
        foreach (ref var number in a.Span)
        {
            number = block > 64 ? random.Next(2) : random.Next(-3, 4);
        }

        foreach (ref var sign in w.Span[..lengths])
        {
            sign = (2 * random.Next(2)) - 1;
        }

        foreach (ref var length in w.Span[lengths..])
        {
            length = random.Next(1, 3);
        }

        HadamardTransform.Multiply<TVector>(
            ref *a.Pointer, strideA, ref *w.Pointer, lengths, ref *c.Pointer, strideC, ref *work.Pointer, rows,
            columns, block, projections);
        for (var row = 0; row < rows; row++)
        {
            for (var first = 0; first < projections; first += block)
            {
                var x = Enumerable.Range(0, block).Select(i => i < columns ? (double)a.Span[(row * strideA) + i] : 0).ToArray();
                for (var round = 0; round < 3; round++)
                {
                    var signs = w.Span.Slice((3 * first) + (round * block), block).ToArray();
                    x = Enumerable.Range(0, block)
                        .Select(i => Enumerable.Range(0, block).Sum(j => (int.PopCount(i & j) % 2 == 0 ? 1 : -1) * signs[j] * x[j]))
                        .ToArray();
                }

                for (var i = 0; i < block && first + i < projections; i++)
                {
                    var expected = x[i] * w.Span[lengths + first + i];
                    var actual = c.Span[(row * strideC) + first + i];
                    Assert.True(
                        expected == actual,
                        $"block {block}, {TVector.Count} lanes, row {row}, projection {first + i}: {actual}, not {expected}.");
                }
            }
        }
    }

    private static void Fill(Span<float> numbers, int most)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (i * 37 % ((2 * most) + 1)) - most;
        }
    }
}
