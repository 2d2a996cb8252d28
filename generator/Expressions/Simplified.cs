namespace KernelGen.Generator.Expressions;

/// <summary>Operations on simplified expressions whose results are simplified.</summary>
internal static class Simplified
{
    public static Expr Plus(Expr a, Expr b) => ExprSimplifier.Apply(BinaryOperator.Add, a, b);

    public static Expr Minus(Expr a, Expr b) => ExprSimplifier.Apply(BinaryOperator.Subtract, a, b);

    public static Expr Minus(Expr a) => ExprSimplifier.Apply(UnaryOperator.Negate, a);

    public static Expr Times(Expr a, Expr b) => ExprSimplifier.Apply(BinaryOperator.Multiply, a, b);

    public static Expr Over(Expr a, Expr b) => ExprSimplifier.Apply(BinaryOperator.Divide, a, b);

    /// <summary>The value, but 0 where an expression is 0, whatever the value is there.</summary>
    public static Expr UnlessZero(Expr expr, Expr value) => ExprSimplifier.Choose(Condition.IsZero(expr), 0, value);

    /// <summary>factor · value, but 0 where the factor is 0, whatever the value is. A constant is finite.</summary>
    public static Expr Damped(Expr factor, Expr value) =>
        value is Expr.Constant ? Times(factor, value) : UnlessZero(factor, Times(factor, value));
}
