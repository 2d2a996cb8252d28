using Xunit;

namespace KernelGen.Tests.Runtime;

public sealed class LengthProjectionTests
{
    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(10, 3, null)]
    [InlineData(12, 12, null)]
    [InlineData(100, 7, 50)]
    public void Pooling_takes_the_mean_of_each_stretch(int maxLength, int rank, int? length)
    {
        var matrix = LengthProjection.Pooling(maxLength, rank, length);
        var keys = length ?? maxLength;
        Assert.Equal(maxLength * rank, matrix.Length);
        for (var mixture = 0; mixture < rank; mixture++)
        {
            int[] members = [.. Enumerable.Range(0, maxLength).Where(key => matrix[(key * rank) + mixture] != 0)];
            Assert.InRange(members.Length, keys / rank, (keys / rank) + 1);
            Assert.Equal(members.Length, members[^1] - members[0] + 1);
            Assert.All(members, key => Assert.Equal(1f / members.Length, matrix[(key * rank) + mixture]));
        }

        // Every key is in one stretch, and rows after them are 0.
        Assert.All(Enumerable.Range(0, maxLength), key =>
            Assert.Equal(key < keys ? 1 : 0, matrix.AsSpan(key * rank, rank).ToArray().Count(x => x != 0)));
    }

    [Fact]
    public void Random_numbers_have_the_variance_and_the_seed_decides()
    {
        var matrix = LengthProjection.Random(2000, 50, seed: 3);
        Assert.Equal(matrix, LengthProjection.Random(2000, 50, seed: 3));
        Assert.NotEqual(matrix, LengthProjection.Random(2000, 50, seed: 4));

        // A longer one starts with the same rows.
        Assert.Equal(matrix, LengthProjection.Random(2001, 50, seed: 3)[..matrix.Length]);

        // 100,000 numbers: the mean of squares is within 5 of its deviations, √(2/100,000), of 1/50.
        Assert.InRange(matrix.Average(x => (double)x * x) * 50, 1 - 0.0224, 1 + 0.0224);
        Assert.InRange(matrix.Average(x => (double)x), -0.0023, 0.0023);
    }

    [Fact]
    public void Sizes_out_of_range_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => LengthProjection.Pooling(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => LengthProjection.Pooling(4, 5));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => LengthProjection.Pooling(4, 1, 5));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => LengthProjection.Random(4, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => LengthProjection.Random(1 << 24, 4096, 1));
    }
}
