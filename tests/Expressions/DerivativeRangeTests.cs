using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>Quotients and products of exponentials: a derivative is finite where the function is, whatever overflows on the way.</summary>
public sealed class DerivativeRangeTests
{
    [Theory]
    [InlineData("x / (1 + MathF.Exp(-1.702f * x))")]
    [InlineData("x / (1 + MathF.Exp(-3 * x))")]
    [InlineData("x / (1 + MathF.Exp(-x))")]
    [InlineData("1 / (1 + MathF.Exp(-x))")]
    [InlineData("MathF.Exp(2 * x) / (1 + MathF.Exp(2 * x))")]
    [InlineData("x * MathF.Exp(2 * x) / (1 + MathF.Exp(2 * x))")]
    [InlineData("1 - 2 / (MathF.Exp(2 * x) + 1)")]
    [InlineData("(MathF.Exp(x) - MathF.Exp(-x)) / (MathF.Exp(x) + MathF.Exp(-x))")]
    [InlineData("(MathF.Exp(2 * x) - 1) / (MathF.Exp(2 * x) + 1)")]
    [InlineData("1 / (1 + MathF.Exp(x * x))")]
    [InlineData("MathF.Exp(-x * x) / (1 + MathF.Exp(-x * x))")]
    [InlineData("4 / ((MathF.Exp(x) + MathF.Exp(-x)) * (MathF.Exp(x) + MathF.Exp(-x)))")]
    [InlineData("4 / MathF.Pow(MathF.Exp(x) + MathF.Exp(-x), 2)")]
    [InlineData("MathF.Log(1 + MathF.Exp(3 * x))")]
    public void Is_finite_and_right_over_all_floats(string expression)
    {
        var function = FunctionReading.Of(expression)!;
        var (derivative, evaluator) = (ExprDerivative.Of(function)!, new ExprEvaluator());
        foreach (var x in ExponentialQuotients.Points())
        {
            ExponentialQuotients.Check(function, x, evaluator.Evaluate(function, x), evaluator.Evaluate(derivative, x));
        }
    }

    [Fact]
    public void Is_finite_for_any_such_function_where_it_is_in_double()
    {
        var (random, evaluator, compared) = (new Random(7), new ExprEvaluator(), 0);
        for (var round = 0; round < 4000; round++)
        {
            var function = new ScalarFunction("random", ExprSimplifier.Simplify(RandomExpr.NextOfExponentials(random, depth: 4)));
            var derivative = ExprDerivative.Of(function)!;
            for (var i = 0; i < 100; i++)
            {
                var x = (float)((random.NextDouble() - 0.5) * 200 * random.NextDouble());
                var slope = Dual.Evaluate(function.Body, x, ofFloats: false).Slope;
                if (Math.Abs(slope) < 1e38 && float.IsFinite(evaluator.Evaluate(function, x)))
                {
                    compared++;
                    var actual = evaluator.Evaluate(derivative, x);
                    Assert.True(float.IsFinite(actual), $"{actual} at {x:G9}, {slope:G9} in double: {ProgramText.Describe(function.Body)}");
                }
            }
        }

        Assert.InRange(compared, 100_000, int.MaxValue);
    }
}
