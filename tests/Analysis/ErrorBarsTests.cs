using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>Is the jackknife's error bar as large as the deviation from infinitely many features, and its output the layer's?</summary>
public sealed class ErrorBarsTests
{
    private const int Dim = 16;

    [Theory]
    [InlineData("positive", 8, false)]
    [InlineData("positive", 4, true)]
    [InlineData("hyperbolic", 4, false)]
    [InlineData("oprf", 8, false)]
    public void BarsAreCalibrated(string name, int blocks, bool causal)
    {
        // For softmax maps the limit of infinitely many features is exact attention.
        var map = FeatureMapTests.Map(name);
        AttentionErrorTests.Inputs inputs = new(1, 1, 128, deviation: 0.4);
        int[] rows = [127, 3, 17, 31, 64, 80, 100];
        var exact = AttentionErrorTests.Outputs(inputs.Probabilities(0, rows, causal, null, null), inputs, 0);
        (double deviations, double bars, double components) = (0, 0, 0);
        for (var draw = 0; draw < 60; draw++)
        {
            var w = Projection.Orthogonal(blocks * Dim, Dim, (ulong)draw);
            var result = ErrorBars.Jackknife(map, w, inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, rows, causal);
            for (var i = 0; i < exact.Length; i++)
            {
                deviations += Math.Pow(result.Output[i] - exact[i], 2);
                components += Math.Pow(result.StandardErrors[i], 2);
            }

            foreach (var bar in result.RowStandardErrors)
            {
                bars += bar * bar;
            }
        }

        var ratio = Math.Sqrt(bars / deviations);
        Assert.InRange(ratio, 1 / 1.5, 1.5);
        Assert.Equal(bars, components, tolerance: 1e-9 * bars);
    }

    [Fact]
    public void BarsOfPartialBlocksAreScaled()
    {
        // 3 blocks and 15 rows more, nearly a fourth block: the output gets better by them, and so must the bars.
        AttentionErrorTests.Inputs inputs = new(1, 1, 64, deviation: 0.4);
        int[] rows = [5, 60];
        var w = Projection.Orthogonal(63, Dim, seed: 1);
        var whole = Projection.FromWeights(w.Weights[..(48 * Dim)], 48, Dim);
        var bars = ErrorBars.Jackknife(FeatureMap.Positive, w, inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, rows, false);
        var ofWhole = ErrorBars.Jackknife(
            FeatureMap.Positive, whole, inputs.Query, inputs.Key, inputs.Value, inputs.Shape, 0, 0, rows, false);
        Assert.Equal(3, bars.Blocks);
        Assert.Equal(Math.Sqrt(48.0 / 63) * ofWhole.RowStandardErrors[1], bars.RowStandardErrors[1], tolerance: 1e-12);

        var expected = AttentionErrorTests.Outputs(inputs.Probabilities(0, rows, false, FeatureMap.Positive, w), inputs, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], bars.Output[i], tolerance: 1e-6);
        }
    }

    [Fact]
    public void HugeKeysKeepBarsFinite()
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 64, deviation: 0.5);
        for (var i = 0; i < inputs.Key.Length; i++)
        {
            inputs.Key[i] *= i / Dim % 5 == 0 ? 1000 : 1;
        }

        var bars = ErrorBars.Jackknife(
            FeatureMap.Exponential, Projection.Orthogonal(64, Dim, seed: 1), inputs.Query, inputs.Key,
            inputs.Value, inputs.Shape, 0, 0, [0, 63], true);
        Assert.True(bars.Output.ToArray().All(double.IsFinite));
        Assert.True(bars.RowStandardErrors.ToArray().All(double.IsFinite));
        Assert.Equal(0, bars.RowStandardErrors[0], tolerance: 1e-12); // one key seen: nothing is estimated
    }

    [Fact]
    public void TooFewBlocksAreRefusedWithBothNumbers()
    {
        AttentionErrorTests.Inputs inputs = new(1, 1, 8, deviation: 0.4);
        var message = Assert.Throws<ArgumentException>(() => ErrorBars.Jackknife(
            FeatureMap.Positive, Projection.Orthogonal(47, Dim, seed: 1), inputs.Query, inputs.Key, inputs.Value,
            inputs.Shape, 0, 0, [0], false)).Message;
        Assert.Contains("at least 3", message);
        Assert.Contains("47 rows, which are 2", message);
    }
}
