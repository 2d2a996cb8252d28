using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>Expression trees at random, rich in what rules look for: constants that are special, and equal parts.</summary>
internal static class RandomExpr
{
    private static readonly double[] Constants =
        [0, -0.0, 1, -1, 2, 0.5, -4, 3, 0.1f, 1e-40f, float.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    public static Expr Next(Random random, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            return random.Next(2) == 0 ? new Expr.Argument() : Constants[random.Next(Constants.Length)];
        }

        switch (random.Next(6))
        {
            case 0:
                return new Expr.Unary((UnaryOperator)random.Next((int)UnaryOperator.Erf + 1), Next(random, depth - 1));
            case 1:
                return new Expr.Unary(random.Next(2) == 0 ? UnaryOperator.Negate : UnaryOperator.Abs, Next(random, depth - 1));
            case 2:
                return Expr.Select(NextCondition(random, depth - 1), Next(random, depth - 1), Next(random, depth - 1));
            case 3:
                var factor = Next(random, depth - 1);
                return new Expr.FusedMultiplyAdd(factor, random.Next(4) == 0 ? factor : Next(random, depth - 1), Next(random, depth - 1));
            default:
                var left = Next(random, depth - 1);
                var right = random.Next(4) == 0 ? left : Next(random, depth - 1);
                return new Expr.Binary((BinaryOperator)random.Next((int)BinaryOperator.CopySign + 1), left, right);
        }
    }

    /// <summary>Sums, products and quotients of exponentials e^(cx) and e^(cx²), x and small constants.</summary>
    public static Expr NextOfExponentials(Random random, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            return random.Next(3) switch
            {
                0 => new Expr.Argument(),
                1 => Eighths(20),
                _ => Exponential(),
            };
        }

        var left = NextOfExponentials(random, depth - 1);
        return random.Next(8) switch
        {
            0 => Exponential(),
            1 => left * left,
            2 => left + NextOfExponentials(random, depth - 1),
            3 => left - NextOfExponentials(random, depth - 1),
            4 or 5 => left * NextOfExponentials(random, depth - 1),
            _ => left / NextOfExponentials(random, depth - 1),
        };

        Expr Exponential()
        {
            Expr x = new Expr.Argument();
            return Expr.Exp(random.Next(4) switch
            {
                0 => x,
                1 => -x,
                2 => Eighths(40) * x,
                _ => Eighths(20) * (x * x),
            });
        }

        double Eighths(int most) => random.Next(-most, most + 1) / 8.0;
    }

    public static Condition NextCondition(Random random, int depth) => random.Next(depth > 0 ? 5 : 2) switch
    {
        2 => new Condition.Both(NextCondition(random, depth - 1), NextCondition(random, depth - 1)),
        3 => new Condition.Either(NextCondition(random, depth - 1), NextCondition(random, depth - 1)),
        4 => new Condition.Not(NextCondition(random, depth - 1)),
        _ => new Condition.Compare(
            (Comparison)random.Next((int)Comparison.NotEqual + 1), Next(random, Math.Min(depth, 1)), Next(random, Math.Min(depth, 1))),
    };
}
