using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>The error function against published digits and its own integral.</summary>
public sealed class KernelFunctionMathTests
{
    /// <summary>Abramowitz and Stegun, table 7.1.</summary>
    [Theory]
    [InlineData(0.02f, 0.0225645747)]
    [InlineData(0.1f, 0.1124629160)]
    [InlineData(0.5f, 0.5204998778)]
    [InlineData(1f, 0.8427007929)]
    [InlineData(1.5f, 0.9661051465)]
    [InlineData(2f, 0.9953222650)]
    [InlineData(3f, 0.9999779095)]
    [InlineData(3.5f, 0.9999992569)]
    public void Erf_has_the_published_values(float x, double value)
    {
        // An ulp is at most 1.2e-7 of a number; the printed digits, and the rounding of x, change less.
        Assert.InRange(KernelMath.Erf(x), value - (value * 1.2e-7), value + (value * 1.2e-7));
        Assert.Equal(-KernelMath.Erf(x), KernelMath.Erf(-x));
    }

    [Theory]
    [InlineData(-0f, -0f)]
    [InlineData(4f, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, -1f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(1e-30f, 1.1283791e-30f)]
    public void Erf_at_the_ends(float x, float value) => Assert.True(Floats.Same(value, KernelMath.Erf(x)), $"{KernelMath.Erf(x):R}");

    /// <summary>Within 1 ulp of the integral, by Simpson's rule with more steps than double needs.</summary>
    [Fact]
    public void Erf_is_the_integral()
    {
        for (var x = 0.01f; x < 4.2f; x += 0.0137f)
        {
            const int Steps = 2000;
            var h = (double)x / Steps;
            var sum = 0.0;
            for (var i = 0; i <= Steps; i++)
            {
                sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-(i * h) * (i * h));
            }

            var value = 2 / Math.Sqrt(Math.PI) * sum * h / 3;
            Assert.InRange(KernelMath.Erf(x), MathF.BitDecrement((float)value), MathF.BitIncrement((float)value));
        }
    }
}
