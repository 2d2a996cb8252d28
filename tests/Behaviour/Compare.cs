using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>The error measure of every comparison: the largest difference relative to the largest reference.</summary>
internal static class Compare
{
    /// <param name="expected">The reference.</param>
    /// <param name="actual">The numbers that should be close to it.</param>
    /// <param name="tolerance">The largest error allowed.</param>
    /// <param name="size">What the numbers are sums of, where that is larger than they are.</param>
    public static void Close(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance, double size = 0)
    {
        Assert.Equal(expected.Count, actual.Count);
        var largest = expected.Count == 0 ? 0 : Math.Max(size, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Count; i++)
        {
            // Not `difference > limit`: NaN must fail.
            var difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= tolerance * largest))
            {
                Assert.Fail($"Element {i}: expected {expected[i]:G9}, got {actual[i]:G9}: off by {difference / largest:E2} of the largest, {tolerance:E2} allowed.");
            }
        }
    }

    /// <inheritdoc cref="Close(IReadOnlyList{double}, IReadOnlyList{double}, double, double)"/>
    public static void Close(IReadOnlyList<double> expected, float[] actual, double tolerance, double size = 0) =>
        Close(expected, Array.ConvertAll(actual, x => (double)x), tolerance, size);

    /// <summary>Equality to the bit.</summary>
    public static void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
            {
                Assert.Fail($"Element {i}: expected {expected[i]:G9}, got {actual[i]:G9}.");
            }
        }
    }
}
