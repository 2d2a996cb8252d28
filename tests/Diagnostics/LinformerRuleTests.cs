using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What is wrong with a [LinformerAttention], at the argument.</summary>
public sealed class LinformerRuleTests
{
    [Theory]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = 8, Causal = {|KGEN063:true|}")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = 8, Causal = false")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = {|KGEN064:65|}")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = 64")]
    [InlineData("HeadDim = 16, MaxLength = {|KGEN005:0|}, Rank = 64")]
    [InlineData("HeadDim = 16, MaxLength = {|KGEN005:16_777_217|}, Rank = 64")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = {|KGEN005:4097|}")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = 8, Sharing = {|KGEN006:(LengthSharing)4|}")]
    [InlineData("HeadDim = 16, MaxLength = 64, Rank = 8, Sharing = LengthSharing.Layers, ValueDim = 3")]
    public Task Arguments_are_checked(string arguments) =>
        GeneratorTest.ExpectAsync($"using KernelGen; [LinformerAttention({arguments})] partial class A;");

    [Fact]
    public Task Sizes_that_are_missing_are_named() => GeneratorTest.ExpectAsync(
        "using KernelGen; [{|KGEN004:{|KGEN004:LinformerAttention(HeadDim = 16)|}|}] partial class A;");
}
