using KernelGen.Generator.Expressions;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>Each rule of the simplifier, what must not be one, and that no value changes.</summary>
public sealed class KernelFunctionSimplifierTests
{
    private static readonly Expr X = new Expr.Argument();
    private static readonly Expr Y = Expr.Sin(X);
    private static readonly Condition Positive = new Condition.Compare(Comparison.Greater, X, 0);

    public static TheoryData<string> Names => [.. Rules.Keys];

    private static Dictionary<string, (Expr Before, Expr After)> Rules { get; } = new()
    {
        ["sum of constants rounds"] = ((Expr)0.1 + 0.2, 0.1f + 0.2f),
        ["product overflows"] = ((Expr)1e30 * 1e30, double.PositiveInfinity),
        ["quotient by zero"] = ((Expr)1 / -0.0, double.NegativeInfinity),
        ["root"] = (Expr.Sqrt(2), MathF.Sqrt(2)),
        ["exponential"] = (Expr.Exp(1), (float)Math.E),
        ["maximum of zeros"] = (Expr.Max(-0.0, 0), 0),
        ["minimum of zeros"] = (Expr.Min(0, -0.0), -0.0),
        ["maximum with NaN"] = (Expr.Max(1, double.NaN), double.NaN),
        ["--x"] = (-(-X), X),
        ["-constant"] = (-(Expr)2, -2),
        ["x * 1"] = (X * 1, X),
        ["1 * x"] = (1 * X, X),
        ["x * -1"] = (X * -1, -X),
        ["-1 * -x"] = (-1 * -X, X),
        ["x / 1"] = (X / 1, X),
        ["x / -1"] = (X / -1, -X),
        ["x - 0"] = (X - 0, X),
        ["x / 4"] = (X / 4, X * 0.25),
        ["x / -2"] = (X / -2, X * -0.5),
        ["x - -y"] = (X - -Y, X + Y),
        ["x + -y"] = (X + -Y, X - Y),
        ["-x + y"] = (-X + Y, Y - X),
        ["-x - -y"] = (-X - -Y, Y - X),
        ["||x||"] = (Expr.Abs(Expr.Abs(X)), Expr.Abs(X)),
        ["|-x|"] = (Expr.Abs(-X), Expr.Abs(X)),
        ["max(y, y)"] = (Expr.Max(Y, Y), Y),
        ["min(y, y)"] = (Expr.Min(Y, Y), Y),
        ["equal branches"] = (Expr.Select(Positive, Y, Expr.Sin(X)), Y),
        ["condition that holds"] = (Expr.Select(Compare(Comparison.Less, 1, 2), X, Y), X),
        ["condition that fails"] = (Expr.Select(Compare(Comparison.Equal, double.NaN, double.NaN), X, Y), Y),
        ["x < x"] = (Expr.Select(Compare(Comparison.Less, Y, Y), X, Y), Y),
        ["x >= x"] = (Expr.Select(Compare(Comparison.GreaterOrEqual, X, X), X, Y), Expr.Select(Compare(Comparison.Equal, X, X), X, Y)),
        ["inverted condition"] = (Expr.Select(new Condition.Not(Positive), X, Y), Expr.Select(Positive, Y, X)),
        ["!!c"] = (Expr.Select(new Condition.Not(new Condition.Not(Positive)), X, Y), Expr.Select(Positive, X, Y)),
        ["!(x == y)"] = (Expr.Select(new Condition.Not(Compare(Comparison.Equal, X, Y)), X, Y),
            Expr.Select(Compare(Comparison.NotEqual, X, Y), X, Y)),
        ["c && true"] = (Expr.Select(new Condition.Both(Positive, ExprSimplifier.True), X, Y), Expr.Select(Positive, X, Y)),
        ["c && false"] = (Expr.Select(new Condition.Both(Positive, ExprSimplifier.False), X, Y), Y),
        ["c || true"] = (Expr.Select(new Condition.Either(Positive, ExprSimplifier.True), X, Y), X),
        ["c || false"] = (Expr.Select(new Condition.Either(ExprSimplifier.False, Positive), X, Y), Expr.Select(Positive, X, Y)),
        ["c && c"] = (Expr.Select(new Condition.Both(Positive, Positive), X, Y), Expr.Select(Positive, X, Y)),
        ["rules within"] = (Expr.Exp((X * 1) + ((Expr)1 - 1)), Expr.Exp(X + 0)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule(string name)
    {
        var (before, after) = Rules[name];

        Assert.Equal(after, ExprSimplifier.Simplify(before));
        AssertSameValues(before, after);
    }

    public static TheoryData<string> Kept => [.. NoRules.Keys];

    /// <summary>True of real numbers, but not of floats.</summary>
    private static Dictionary<string, Expr> NoRules { get; } = new()
    {
        ["x + 0"] = X + 0,
        ["0 - x"] = 0 - X,
        ["x - -0"] = X - -0.0,
        ["x * 0"] = X * 0,
        ["x - x"] = X - X,
        ["x / x"] = X / X,
        ["x / 3"] = X / 3,
        ["-(x - y)"] = -(X - Y),
        ["x / 2^127"] = X / Math.Pow(2, 127),
        ["max(x, -inf)"] = Expr.Max(X, double.NegativeInfinity),
        ["zeros that differ"] = Expr.Select(Positive, 0, -0.0),
        ["!(x < y)"] = Expr.Select(new Condition.Both(new Condition.Not(Compare(Comparison.Less, X, Y)), Positive), X, Y),
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void No_rule(string name) => Assert.Equal(NoRules[name], ExprSimplifier.Simplify(NoRules[name]));

    [Fact]
    public void No_value_changes()
    {
        var random = new Random(3);
        var smaller = 0;
        for (var round = 0; round < 5000; round++)
        {
            var expr = RandomExpr.Next(random, depth: 5);
            var simple = ExprSimplifier.Simplify(expr);
            smaller += simple.Flatten().Count() < expr.Flatten().Count() ? 1 : 0;
            AssertSameValues(expr, simple);
        }

        // Otherwise nothing was tried.
        Assert.InRange(smaller, 2000, 5000);
    }

    [Fact]
    public void Constants_are_equal_by_their_bits()
    {
        Assert.NotEqual<Expr>(0, -0.0);
        Assert.Equal<Expr>(double.NaN, double.NaN);
        Assert.Equal(((Expr)double.NaN).GetHashCode(), ((Expr)double.NaN).GetHashCode());
    }

    [Fact]
    public void Neighbours_of_floats()
    {
        foreach (var x in Floats.Sample(500).Where(x => !float.IsNaN(x)))
        {
            Assert.Equal(x == 0 ? float.Epsilon : MathF.BitIncrement(x), FloatMath.Above(x));
            Assert.Equal(x == 0 ? -float.Epsilon : MathF.BitDecrement(x), FloatMath.Below(x));
        }
    }

    private static Condition Compare(Comparison comparison, Expr a, Expr b) => new Condition.Compare(comparison, a, b);

    private static void AssertSameValues(Expr before, Expr after)
    {
        var evaluator = new ExprEvaluator(ExprEvaluator.Rounded);
        foreach (var x in Floats.Special)
        {
            var (expected, actual) = (evaluator.Evaluate(before, x), evaluator.Evaluate(after, x));
            Assert.True(Floats.Same(expected, actual), $"{before} is {expected:R} at {x:R}, but {after} is {actual:R}");
        }
    }
}
