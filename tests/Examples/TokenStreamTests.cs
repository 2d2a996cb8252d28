using KernelGen.Examples;
using KernelGen.Examples.LongProteins;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Are proteins joined with an EOS after each, to exactly the length asked for?</summary>
public sealed class TokenStreamTests
{
    private static readonly Protein[] Proteins = [new Protein("p", "AC"), new Protein("q", "Y")];

    [Theory]
    [InlineData(1, new byte[] { 0 })]
    [InlineData(2, new byte[] { 0, 1 })]
    [InlineData(3, new byte[] { 0, 1, 20 })]
    [InlineData(5, new byte[] { 0, 1, 20, 19, 20 })]
    [InlineData(7, new byte[] { 0, 1, 20, 19, 20, 0, 1 })]
    [InlineData(11, new byte[] { 0, 1, 20, 19, 20, 0, 1, 20, 19, 20, 0 })]
    public void JoinsAndRepeats(int length, byte[] expected) => Assert.Equal(expected, TokenStream.Concatenate(Proteins, length));

    [Fact]
    public void ThePeriodCountsTheEnds() => Assert.Equal(5, TokenStream.Period(Proteins));

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(1024, new[] { 1024 })]
    [InlineData(1025, new[] { 1024, 1025 })]
    [InlineData(5000, new[] { 1024, 2048, 4096, 5000 })]
    [InlineData(8192, new[] { 1024, 2048, 4096, 8192 })]
    public void LengthsDoubleUpToTheLongest(int longest, int[] expected) => Assert.Equal(expected, Settings.Lengths(longest));
}
