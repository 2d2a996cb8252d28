using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Does the closed form predict the error that independent Gaussian projections have, and say where it does not?</summary>
public sealed class DeltaBoundTests
{
    [Theory]
    [InlineData("positive", false, 0.2)]
    [InlineData("positive", false, 0.4)]
    [InlineData("positive", true, 0.4)]
    [InlineData("hyperbolic", false, 0.4)]
    [InlineData("oprf", false, 0.4)]
    [InlineData("trigonometric", false, 0.4)]
    public void ClosedFormIsTheMeasuredError(string name, bool causal, double deviation)
    {
        var map = FeatureMapTests.Map(name);
        AttentionErrorTests.Inputs inputs = new(1, 2, 160, deviation);
        foreach (var features in new[] { 256, 1024 })
        {
            var bound = DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, causal, features, map, pairs: 20_000);
            AttentionErrorOptions options = new() { Draws = 32, Maps = [map], Draw = Samples.Gaussian };
            var measured = AttentionError.Measure(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, causal, features, options).Maps[0];
            Assert.False(bound.IsSampled);
            Assert.Equal(0, bound.StandardError);
            if (bound.IsReliable)
            {
                Assert.InRange(bound.RelativeError, 0.75 * measured.RelativeError, 1.25 * measured.RelativeError);
            }
        }

        Assert.True(DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, causal, 1024, map, pairs: 20_000).IsReliable);
    }

    [Theory]
    [InlineData("positive")]
    [InlineData("hyperbolic")]
    [InlineData("oprf")]
    [InlineData("trigonometric")]
    public void SampledPairsAgreeWithAllPairs(string name)
    {
        var map = FeatureMapTests.Map(name);
        AttentionErrorTests.Inputs inputs = new(1, 2, 100, deviation: 0.4);
        var all = DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, 256, map, pairs: 20_000);
        var sampled = DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, 256, map, pairs: 4000);
        Assert.True(sampled.IsSampled);
        Assert.Equal(128, sampled.Rows);
        Assert.InRange(sampled.StandardError, 1e-9, 0.05 * all.RelativeError);
        Assert.InRange(sampled.RelativeError, all.RelativeError - 4 * sampled.StandardError, all.RelativeError + 4 * sampled.StandardError);
    }

    [Fact]
    public void LargeErrorsAreCalledUnreliable()
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 100, deviation: 1);
        var bound = DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, 16);
        Assert.False(bound.IsReliable);
        Assert.Null(bound.FeaturesNeeded(0.3));
        var needed = bound.FeaturesNeeded(0.1)!.Value;
        Assert.Equal(16 * Math.Pow(bound.RelativeError / 0.1, 2), needed, tolerance: 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => bound.FeaturesNeeded(-1));
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 10, deviation: 1);
        Assert.Contains("ReLU", Assert.Throws<ArgumentException>(() => Compute(16, FeatureMap.Of(x => x, name: "ReLU"))).Message);
        Assert.Contains("15", Assert.Throws<ArgumentException>(() => Compute(15, FeatureMap.Hyperbolic)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(16, FeatureMap.Positive, pairs: 99));

        void Compute(int features, FeatureMap map, int pairs = 1000) =>
            DeltaBound.Compute(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, false, features, map, pairs: pairs);
    }
}
