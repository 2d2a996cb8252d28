using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What is wrong with decay, at the argument.</summary>
public sealed class DecayRuleTests
{
    [Theory]
    [InlineData("TokenDecay = {|KGEN060:true|}")]
    [InlineData("Causal = false, LogDecays = {|KGEN060:new[] { -1f }|}")]
    [InlineData("Causal = true, TokenDecay = true, LogDecays = {|KGEN061:new[] { -1f }|}")]
    [InlineData("Causal = true, LogDecays = {|KGEN062:new[] { 0.5f }|}")]
    [InlineData("Causal = true, LogDecays = {|KGEN062:{|KGEN062:new[] { -0.5f, float.NaN, 0f, float.NegativeInfinity }|}|}")]
    [InlineData("Causal = true, LogDecays = {|KGEN062:new[] { -16_385f }|}")]
    [InlineData("Causal = true, LogDecays = {|KGEN005:new float[0]|}")]
    [InlineData("TokenDecay = false")]
    [InlineData("LogDecays = null")]
    [InlineData("Causal = true, TokenDecay = true")]
    [InlineData("Causal = true, LogDecays = new[] { 0f, -1, -16_384 }")]
    [InlineData("Causal = true, LogDecays = [-0f, -1e-30f]")]
    public Task Arguments_are_checked(string arguments) =>
        GeneratorTest.ExpectAsync($"using KernelGen; [FavorAttention(HeadDim = 16, Features = 32, {arguments})] partial class A;");
}
