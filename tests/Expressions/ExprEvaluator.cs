using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>Computes an expression for one float as C# computes the user's method: each operation rounded, nothing fused.</summary>
/// <param name="functions">A function of one number; null for those of MathF.</param>
internal sealed class ExprEvaluator(Func<UnaryOperator, float, float>? functions = null)
{
    private readonly Func<UnaryOperator, float, float> _functions = functions ?? OfMathF;

    public float Evaluate(ScalarFunction function, float x) => Evaluate(function.Body, x);

    public float Evaluate(Expr expr, float x) => expr switch
    {
        Expr.Constant constant => (float)constant.Value,
        Expr.Argument => x,
        Expr.Unary unary => Evaluate(unary.Operator, Evaluate(unary.Operand, x)),
        Expr.Binary binary => Evaluate(binary.Operator, Evaluate(binary.Left, x), Evaluate(binary.Right, x)),
        Expr.FusedMultiplyAdd fused => MathF.FusedMultiplyAdd(Evaluate(fused.A, x), Evaluate(fused.B, x), Evaluate(fused.C, x)),
        Expr.Choice choice => Evaluate(choice.Condition, x) ? Evaluate(choice.IfTrue, x) : Evaluate(choice.IfFalse, x),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    public bool Evaluate(Condition condition, float x) => condition switch
    {
        Condition.Compare compare => Holds(compare.Comparison, Evaluate(compare.Left, x), Evaluate(compare.Right, x)),
        Condition.Both both => Evaluate(both.Left, x) && Evaluate(both.Right, x),
        Condition.Either either => Evaluate(either.Left, x) || Evaluate(either.Right, x),
        Condition.Not not => !Evaluate(not.Operand, x),
        _ => throw new NotSupportedException(condition.GetType().Name),
    };

    public static float OfMathF(UnaryOperator op, float x) => op switch
    {
        UnaryOperator.Sqrt => MathF.Sqrt(x),
        UnaryOperator.Exp => MathF.Exp(x),
        UnaryOperator.Exp2 => float.Exp2(x),
        UnaryOperator.Log => MathF.Log(x),
        UnaryOperator.Log2 => MathF.Log2(x),
        UnaryOperator.Tanh => MathF.Tanh(x),
        UnaryOperator.Sin => MathF.Sin(x),
        UnaryOperator.Cos => MathF.Cos(x),
        UnaryOperator.Erf => KernelMath.Erf(x),
        _ => throw new NotSupportedException(op.ToString()),
    };

    /// <summary>The functions in double, rounded: what constants are computed with.</summary>
    public static float Rounded(UnaryOperator op, float x) => op switch
    {
        UnaryOperator.Exp => (float)Math.Exp(x),
        UnaryOperator.Exp2 => (float)Math.Pow(2, x),
        UnaryOperator.Log => (float)Math.Log(x),
        UnaryOperator.Log2 => (float)Math.Log(x, 2),
        UnaryOperator.Tanh => (float)Math.Tanh(x),
        UnaryOperator.Sin => (float)Math.Sin(x),
        UnaryOperator.Cos => (float)Math.Cos(x),
        _ => OfMathF(op, x),
    };

    private float Evaluate(UnaryOperator op, float x) => op switch
    {
        UnaryOperator.Negate => -x,
        UnaryOperator.NaNUnlessFinite => float.IsFinite(x) ? x : float.NaN,
        UnaryOperator.Abs => MathF.Abs(x),
        _ => _functions(op, x),
    };

    private static float Evaluate(BinaryOperator op, float a, float b) => op switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.Max => MathF.Max(a, b),
        BinaryOperator.Min => MathF.Min(a, b),
        BinaryOperator.CopySign => MathF.CopySign(a, b),
        _ => throw new NotSupportedException(op.ToString()),
    };

    private static bool Holds(Comparison comparison, float a, float b) => comparison switch
    {
        Comparison.Less => a < b,
        Comparison.LessOrEqual => a <= b,
        Comparison.Greater => a > b,
        Comparison.GreaterOrEqual => a >= b,
        Comparison.Equal => a == b,
        _ => a != b,
    };
}
