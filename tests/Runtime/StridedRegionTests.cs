using FsCheck;
using FsCheck.Fluent;
using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Regions that are said to be distinct or apart are, number by number; and those that users have are said to be.</summary>
public sealed class StridedRegionTests
{
    private static readonly Operand Rows = new("rows", OperandRows.Queries, 2, OperandAccess.Accumulate);

    [Fact]
    public void WhatIsSaidToBeApartIs() => Prop.ForAll(
        Arb.From(Regions().Two().SelectMany(pair => Gen.Choose(-40, 40).Select(offset => (pair.Item1, pair.Item2, offset)))), three =>
        {
            var ((shape, strides), (otherShape, otherStrides), offset) = three;
            var region = StridedRegion.Of(Rows, strides, shape);
            var mine = Numbers(shape, strides, 0).ToList();
            Assert.Equal(mine.Count == 0 ? 0 : mine.Max() + 1, (int)region.Extent);
            if (region.IsDistinct)
            {
                Assert.Equal(mine.Count, mine.Distinct().Count());
            }

            if (region.IsApartFrom(StridedRegion.Of(Rows, otherStrides, otherShape), offset * sizeof(float)))
            {
                Assert.Empty(mine.Intersect(Numbers(otherShape, otherStrides, offset)));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData(2, 3, 4)]
    [InlineData(1, 1, 4)]
    [InlineData(1, 3, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 1, 1)]
    public void SlicesOfOneProjectionAreApart(int batch, int heads, int length)
    {
        AttentionShape shape = new(batch, heads, length);
        var width = heads * Rows.Columns;

        // [batch, length, 3, heads, dim], [batch, length, heads, 3, dim], [batch, 3, heads, length, dim], [3, batch, heads, length, dim]
        Check(new TensorStrides(length * 3 * width, Rows.Columns, 3 * width), width);
        Check(new TensorStrides(length * 3 * width, 3 * Rows.Columns, 3 * width), Rows.Columns);
        Check(new TensorStrides(3 * width * length, length * Rows.Columns, Rows.Columns), width * length);
        Check(new TensorStrides(width * length, length * Rows.Columns, Rows.Columns), batch * width * length);

        void Check(TensorStrides strides, int apart)
        {
            var region = StridedRegion.Of(Rows, strides, shape);
            Assert.True(region.IsDistinct);
            foreach (var (a, b) in new[] { (0, 1), (1, 0), (0, 2), (2, 1) })
            {
                Assert.True(region.IsApartFrom(region, (b - a) * apart * sizeof(float)));
            }

            Assert.False(region.IsApartFrom(region, 0));
            Assert.False(region.IsApartFrom(region, sizeof(float)));
            Assert.False(region.IsApartFrom(region, 2)); // half a float
        }
    }

    private static Gen<(AttentionShape Shape, TensorStrides Strides)> Regions() =>
        from batch in Gen.Choose(0, 3)
        from heads in Gen.Choose(0, 3)
        from length in Gen.Choose(0, 4)
        from strides in Gen.OneOf(
            Gen.Elements(0, 1, 2, 3, 4, 6, 8, 12, 24).Three().Select(three => new TensorStrides(three.Item1, three.Item2, three.Item3)),
            Gen.Constant(default(TensorStrides)))
        select (new AttentionShape(batch, heads, length), strides);

    private static IEnumerable<int> Numbers(AttentionShape shape, TensorStrides strides, int offset)
    {
        strides = strides.IsPacked ? OperandMemory.PackedStrides(Rows, shape) : strides;
        return from batch in Enumerable.Range(0, shape.Batch)
               from head in Enumerable.Range(0, shape.Heads)
               from row in Enumerable.Range(0, shape.QueryLength)
               from column in Enumerable.Range(0, Rows.Columns)
               select offset + (int)((batch * strides.Batch) + (head * strides.Head) + (row * strides.Token)) + column;
    }
}
