using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>What is wrong with relative positions, at the argument.</summary>
public sealed class RelativeRuleTests
{
    [Theory]
    [InlineData("HeadDim = 64, Positions = {|KGEN053:Positions.Relative|}, Distances = 8")]
    [InlineData("HeadDim = 64, Causal = true, Prefix = 4, Positions = {|KGEN053:Positions.Relative|}, Distances = 8")]
    [InlineData("HeadDim = 64, Causal = true, Distances = {|KGEN054:8|}")]
    [InlineData("HeadDim = 64, Causal = true, Positions = Positions.Rotary, Distances = {|KGEN054:8|}")]
    [InlineData("HeadDim = 64, Causal = true, Positions = Positions.Relative, Distances = {|KGEN005:0|}")]
    [InlineData("HeadDim = 64, Causal = true, Positions = Positions.Relative, Distances = {|KGEN005:1048577|}")]
    [InlineData("HeadDim = 64, Causal = true, Window = 9, SoftCap = 3, Positions = Positions.Relative, Distances = 8")]
    [InlineData("HeadDim = 63, Causal = true, Positions = Positions.Relative, Distances = 1048576")]
    public async Task Arguments_are_checked(string arguments) =>
        await GeneratorTest.ExpectAsync($"using KernelGen; [SoftmaxAttention({arguments})] partial class A;");

    [Fact]
    public async Task Numbers_of_tokens_and_learned_tables_do_not_go_with_them()
    {
        await GeneratorTest.ExpectAsync("""
            using System;
            using KernelGen;

            [SoftmaxAttention(
                HeadDim = 64, Causal = true, Mask = nameof(Sees), Positions = {|KGEN053:Positions.Relative|}, Distances = 8)]
            partial class A
            {
                static bool Sees([PerToken] int queryDocument, [PerToken] int keyDocument) => queryDocument == keyDocument;
            }

            [SoftmaxAttention(
                HeadDim = 64, Causal = true, Score = nameof(Bend), Positions = {|KGEN053:Positions.Relative|}, Distances = 8)]
            partial class B
            {
                static float Bend(float score, int query, int key, [Learned(9)] ReadOnlySpan<float> bias) =>
                    score + bias[Math.Clamp(query - key, 0, 8)];
            }
            """);
    }

    [Fact]
    public async Task Random_features_have_no_scores_to_add_to() => await GeneratorTest.ExpectAsync(
        """
        using KernelGen;

        [FavorAttention(HeadDim = 64, Features = 64, Causal = true, Positions = {|KGEN053:Positions.Relative|})]
        partial class A;
        """);
}
