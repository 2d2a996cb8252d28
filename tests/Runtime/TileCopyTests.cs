using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>
/// Every copy against an indexed loop. The tensor ends at a guard page and the tile is full of canaries, so that a touch outside is seen.
/// </summary>
public sealed unsafe class TileCopyTests
{
    private const float Canary = 12345.75f;

    public static TheoryData<int, int, int, int> Sizes()
    {
        TheoryData<int, int, int, int> data = new();
        foreach (var rows in new[] { 0, 1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 48 })
        {
            foreach (var columns in new[] { 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 31, 33, 64 })
            {
                data.Add(rows, columns, 0, 0);
                data.Add(rows, columns, 3, 1);
                data.Add(rows, columns, 40, 29);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LoadCopiesRowsAndZeroesOnlyThePadding(int rows, int columns, int gap, int spare)
    {
        int sourceStride = columns + gap, tileStride = columns + spare;
        using var source = Tokens(rows, columns, sourceStride);
        using var tile = Canaries(rows * tileStride);
        TileCopy.Load(ref *source.Pointer, sourceStride, rows, columns, ref *tile.Pointer, tileStride);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < tileStride; column++)
            {
                var expected = column < columns ? source.Span[row * sourceStride + column] : column < RoundUp16(columns) ? 0 : Canary;
                Assert.Equal(expected, tile.Span[row * tileStride + column]);
            }
        }
    }

    /// <summary>One number of each token, as log-sum-exps are: there is no stride to speak of, which a Debug build asserts.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(48)]
    public void StoreTakesAColumnAsOneRow(int tokens)
    {
        using var column = Tokens(1, tokens, tokens);
        using var destination = Canaries(tokens);
        TileCopy.Store(ref *column.Pointer, 0, 1, tokens, ref *destination.Pointer, 0);
        Assert.Equal(column.Span.ToArray(), destination.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LoadTransposedPutsTokensSideBySideAndZeroesOnlyThePadding(int rows, int columns, int gap, int spare)
    {
        int sourceStride = columns + gap, tileStride = rows + spare;
        using var source = Tokens(rows, columns, sourceStride);
        using var tile = Canaries(columns * tileStride);
        TileCopy.LoadTransposed(ref *source.Pointer, sourceStride, rows, columns, ref *tile.Pointer, tileStride);
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < tileStride; row++)
            {
                var expected = row < rows ? source.Span[row * sourceStride + column] : row < RoundUp16(rows) ? 0 : Canary;
                Assert.Equal(expected, tile.Span[column * tileStride + row]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void StoreCopiesRowsAndNothingBetweenThem(int rows, int columns, int gap, int spare)
    {
        int destinationStride = columns + gap, tileStride = columns + spare;
        using var tile = Tokens(rows, columns, tileStride);
        var length = rows == 0 ? 0 : (rows - 1) * destinationStride + columns;
        using var destination = Canaries(length);
        TileCopy.Store(ref *tile.Pointer, tileStride, rows, columns, ref *destination.Pointer, destinationStride);
        for (var i = 0; i < length; i++)
        {
            var (row, column) = Math.DivRem(i, destinationStride);
            Assert.Equal(column < columns ? tile.Span[row * tileStride + column] : Canary, destination.Span[i]);
        }
    }

    private static int RoundUp16(int count) => (count + 15) / 16 * 16;

    // Ends with the last number of the last token. What lies between tokens is NaN.
    private static GuardedMemory Tokens(int rows, int columns, int stride)
    {
        GuardedMemory memory = new(rows == 0 ? 0 : (rows - 1) * stride + columns);
        for (var i = 0; i < memory.Length; i++)
        {
            memory.Span[i] = i % stride < columns ? i + 1 : float.NaN;
        }

        return memory;
    }

    private static GuardedMemory Canaries(int length)
    {
        GuardedMemory memory = new(length);
        memory.Span.Fill(Canary);
        return memory;
    }
}
