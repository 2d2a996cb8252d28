using KernelGen.Generator.Expressions;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>Which kernel functions are proven to be non-negative.</summary>
public sealed class KernelFunctionRangeTests
{
    [Theory]
    [InlineData("MathF.Max(0, x)")]
    [InlineData("x > 0 ? x : 0")]
    [InlineData("0 < x ? x : 0")]
    [InlineData("!(x <= 0) ? x : 0")]
    [InlineData("x < 0 ? 0 : x")]
    [InlineData("x < 0 || x > 5 ? 0 : x")]
    [InlineData("x > 1 && x < 5 ? x - 1 : 0")]
    [InlineData("x - 1 > 0 ? x - 1 : 0")]
    [InlineData("MathF.Exp(x)")]
    [InlineData("float.Exp2(x)")]
    [InlineData("1 / (1 + MathF.Exp(-x))")]
    [InlineData("x * x")]
    [InlineData("x * x * 3")]
    [InlineData("MathF.Pow(x, 4)")]
    [InlineData("MathF.Pow(x, -2)")]
    [InlineData("x * x * x * x")]
    [InlineData("0.125f * x * x * x * x + 0.5f")]
    [InlineData("-0.125f * x * x * -x * x")]
    [InlineData("-x * x * -MathF.Exp(x)")]
    [InlineData("(x - 1) * x * (x - 1) * 3 * x")]
    [InlineData("x / (1 + MathF.Abs(x)) * x")]
    [InlineData("x / (1 + x * x * x * x) * x")]
    [InlineData("MathF.Sin(x) * x * x * MathF.Sin(x)")]
    [InlineData("1 - MathF.Exp(-x * x * x * x)")]
    [InlineData("x * 3 + 1 < 0 ? 0 : x * 3 + 1")]
    [InlineData("float.IsNaN(MathF.Log(x)) ? 0 : MathF.Exp(MathF.Log(x))")]
    [InlineData("1 / (1e-6f + MathF.Pow(x, 2))")]
    [InlineData("MathF.Pow(x, 0.5f)")]
    [InlineData("MathF.Pow(x, 1.3f)")]
    [InlineData("MathF.Abs(x)")]
    [InlineData("MathF.Sqrt(x)")]
    [InlineData("x > 0 ? x + 1 : MathF.Exp(x)")]
    [InlineData("x > 0 ? 1 / x : 0")]
    [InlineData("MathF.Log(1 + MathF.Exp(x))")]
    [InlineData("float.Log2(MathF.Max(1, x))")]
    [InlineData("MathF.Sin(x) + 1")]
    [InlineData("1 - MathF.Cos(x)")]
    [InlineData("1 + MathF.Tanh(x)")]
    [InlineData("1 + KernelMath.Erf(x)")]
    [InlineData("MathF.Tanh(MathF.Abs(x))")]
    [InlineData("1 - MathF.Tanh(x) * MathF.Tanh(x)")]
    [InlineData("KernelMath.Erf(x * x)")]
    [InlineData("MathF.Abs(x) / (1 + MathF.Abs(x))")]
    [InlineData("MathF.Exp(-x * x / 2)")]
    [InlineData("MathF.Min(x * x, 1)")]
    [InlineData("x switch { < -1 => 0, > 1 => 1, _ => (x + 1) / 2 }")]
    [InlineData("float.IsNaN(x) ? -1 : 1")]
    [InlineData("float.IsNegative(x) ? 0 : x")]
    [InlineData("float.IsPositive(x - 1) ? x - 1 : 0")]
    [InlineData("!float.IsNegative(x) ? x : -x")]
    [InlineData("MathF.Sign(x) + 1")]
    [InlineData("MathF.CopySign(x, 2)")]
    [InlineData("MathF.CopySign(0.5f, x) + 0.5f")]
    [InlineData("Math.Clamp(x / 6 + 0.5f, 0, 1)")]
    [InlineData("float.Clamp(x / 6 + 0.5f, 0, 1)")]
    [InlineData("MathF.FusedMultiplyAdd(x, x, 0.1f)")]
    [InlineData("MathF.Pow(10, x)")]
    [InlineData("MathF.Log10(1 + MathF.Abs(x))")]
    public void Proven(string expression) => Assert.True(ExprRange.IsNonNegative(Body(expression)), $"{ExprRange.Of(Body(expression))}");

    [Theory]
    [InlineData("x")]
    [InlineData("MathF.Tanh(x)")]
    [InlineData("KernelMath.Erf(x)")]
    [InlineData("0.5f * x * (1 + MathF.Tanh(0.7978846f * (x + 0.044715f * x * x * x)))")]
    [InlineData("MathF.Cos(x)")]
    [InlineData("MathF.Sin(x) + 0.5f")]
    [InlineData("x >= 0 ? x : 0.01f * x")]
    [InlineData("x > 0 ? x : MathF.Exp(x) - 1")]
    [InlineData("MathF.Log(x)")]
    [InlineData("MathF.Log(0.999f + MathF.Exp(x))")]
    [InlineData("1 / MathF.Max(0, x) - 1")]
    [InlineData("1 / MathF.Max(-0f, x)")]
    [InlineData("x * x * x")]
    [InlineData("float.IsNegative(x) ? x : 1")]
    [InlineData("float.IsNegative(x) ? -1 : x")]
    [InlineData("MathF.CopySign(x, x)")]
    [InlineData("MathF.CopySign(x, MathF.Log(x) * MathF.Log(x) + 1)")] // the sign of NaN is either
    [InlineData("MathF.Sign(x)")]
    [InlineData("MathF.FusedMultiplyAdd(x, x, -0.1f)")]
    [InlineData("-(x * x)")]
    [InlineData("x * x / x")]
    [InlineData("1 / (x * x * MathF.Max(0, x))")] // is non-negative, but the sign of a maximum that is 0 is not followed
    [InlineData("x * x * x * x - 0.01f")]
    [InlineData("x * 3 + 1 < 0 ? -1 : x * 3 + 1")]
    [InlineData("x > -1 ? x : 0")]
    [InlineData("x != 0 ? x : 0")]
    [InlineData("MathF.Pow(x, 3)")]
    [InlineData("x > 1 || x < 5 ? x : 0")]
    public void Not_proven(string expression) =>
        Assert.False(ExprRange.IsNonNegative(Body(expression)), $"{ExprRange.Of(Body(expression))}");

    /// <summary>A comparison also fails where one side is NaN, so what was compared may still be NaN after its failure.</summary>
    [Fact]
    public void A_failed_comparison_with_what_may_be_NaN_leaves_NaN() => Assert.False(ExprRange.IsNonNegative(
        Body("MathF.Log(x) <= 5 ? 1 : MathF.Log(x) >= 0 ? 1 : -1")));

    /// <summary>Nor about what was compared with it.</summary>
    [Fact]
    public void A_failed_comparison_with_what_may_be_NaN_says_nothing_of_the_other() => Assert.False(ExprRange.IsNonNegative(
        Body("x < MathF.Sqrt(MathF.Sin(x)) ? 1 : x")));

    [Fact]
    public void No_value_lies_outside_the_range()
    {
        var random = new Random(5);
        var evaluator = new ExprEvaluator();
        for (var round = 0; round < 3000; round++)
        {
            var expr = RandomExpr.Next(random, depth: 5);
            var range = ExprRange.Of(expr);
            foreach (var x in Floats.Special.Where(x => !float.IsNaN(x)))
            {
                var value = evaluator.Evaluate(expr, x);
                Assert.True(
                    float.IsNaN(value) || (value >= range.Low && value <= range.High), $"{expr} is {value:R} at {x:R}, outside {range}");
            }
        }
    }

    private static Expr Body(string expression) => FunctionReading.Of(expression)!.Body;
}
