using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What is wrong with rotary positions, at the argument.</summary>
public sealed class RotaryRuleTests
{
    [Theory]
    [InlineData("HeadDim = {|KGEN050:63|}, Positions = Positions.Rotary")]
    [InlineData("HeadDim = 64, Positions = Positions.Rotary, RotaryTheta = {|KGEN051:0|}")]
    [InlineData("HeadDim = 64, Positions = Positions.Rotary, RotaryTheta = {|KGEN051:-1f|}")]
    [InlineData("HeadDim = 64, Positions = Positions.Rotary, RotaryTheta = {|KGEN051:float.NaN|}")]
    [InlineData("HeadDim = 64, Positions = Positions.Rotary, RotaryTheta = {|KGEN051:float.PositiveInfinity|}")]
    [InlineData("HeadDim = 64, RotaryTheta = {|KGEN052:500|}")]
    [InlineData("HeadDim = 63, Positions = Positions.None")]
    [InlineData("HeadDim = 64, Positions = {|KGEN006:(Positions)7|}")]
    [InlineData("HeadDim = 64, Positions = Positions.Rotary, RotaryTheta = 5e5f")]
    public async Task Arguments_are_checked(string arguments)
    {
        await GeneratorTest.ExpectAsync($"using KernelGen; [SoftmaxAttention({arguments})] partial class A;");
        await GeneratorTest.ExpectAsync($"using KernelGen; [FavorAttention(Features = 64, {arguments})] partial class A;");
    }
}
