namespace KernelGen.Generator.Expressions;

/// <summary>x^p for a constant p, or a constant x, with the special values of MathF.Pow.</summary>
internal static class ExprPower
{
    /// <summary>The highest |p| that is made of products. More of them would cost more than an exponential, and round more.</summary>
    private const int MaxProducts = 16;

    /// <summary>The power of an expression that must be cheap to repeat; <paramref name="exponent"/> is a finite float.</summary>
    public static Expr Pow(Expr x, double exponent) => exponent switch
    {
        // 1 even for NaN.
        0 => 1,
        0.5 => ExceptAtMinusInfinity(x, double.PositiveInfinity, Root(x)),
        -0.5 => ExceptAtMinusInfinity(x, 0, 1 / Root(x)),
        _ when exponent % 1 != 0 =>
            ExceptAtMinusInfinity(x, exponent > 0 ? double.PositiveInfinity : 0, Expr.Exp(exponent * Expr.Log(x))),
        _ when Math.Abs(exponent) <= MaxProducts => exponent > 0 ? Product(x, (int)exponent) : 1 / Product(x, (int)-exponent),
        _ when exponent % 2 == 0 => OfSize(x, exponent),

        // One factor apart carries the sign, of −0 too.
        > 0 => x * OfSize(x, exponent - 1),
        _ => OfSize(x, exponent + 1) / x,
    };

    /// <summary>The power of a base that is a positive finite float. 1 stays 1 even for NaN.</summary>
    public static Expr Pow(double x, Expr exponent) => x == 1 ? 1 : Expr.Exp2(exponent * (Math.Log(x) / Base2.Ln2));

    /// <summary>The root with +0 for −0: adding zero takes the sign away.</summary>
    private static Expr Root(Expr x) => Expr.Sqrt(x + 0);

    /// <summary>A logarithm and a root are NaN at −∞, where the power has a value.</summary>
    private static Expr ExceptAtMinusInfinity(Expr x, double value, Expr elsewhere) =>
        Expr.Select(new Condition.Compare(Comparison.Equal, x, double.NegativeInfinity), value, elsewhere);

    private static Expr OfSize(Expr x, double exponent) => Expr.Exp(exponent * Expr.Log(Expr.Abs(x)));

    private static Expr Product(Expr x, int exponent)
    {
        if (exponent == 1)
        {
            return x;
        }

        var half = Product(x, exponent / 2);
        return exponent % 2 == 0 ? half * half : half * half * x;
    }
}
