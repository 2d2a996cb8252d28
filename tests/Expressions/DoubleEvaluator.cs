using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>
/// Computes a function in double and notes which way each decision on the way went, so that points on two sides of a kink are told apart.
/// </summary>
internal sealed class DoubleEvaluator(ScalarFunction function)
{
    private readonly List<int> _decisions = [];

    public (double Value, IReadOnlyList<int> Decisions) Evaluate(double x)
    {
        _decisions.Clear();
        return (Evaluate(function.Body, x), [.. _decisions]);
    }

    private double Evaluate(Expr expr, double x) => expr switch
    {
        Expr.Constant constant => constant.Value,
        Expr.Argument => x,
        Expr.Unary unary => Apply(unary.Operator, Evaluate(unary.Operand, x)),
        Expr.Binary binary => Apply(binary.Operator, Evaluate(binary.Left, x), Evaluate(binary.Right, x)),
        Expr.FusedMultiplyAdd fused => (Evaluate(fused.A, x) * Evaluate(fused.B, x)) + Evaluate(fused.C, x),
        Expr.Choice choice => Holds(choice.Condition, x) ? Evaluate(choice.IfTrue, x) : Evaluate(choice.IfFalse, x),
        Expr.FlushedExp2 exp => Flushed(Evaluate(exp.Exponent, x), exp.FlushBelow),
        Expr.Call call => Evaluate(call.Function.Body, Evaluate(call.Operand, x)),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    private double Apply(UnaryOperator op, double x) => op switch
    {
        UnaryOperator.Negate => -x,
        UnaryOperator.NaNUnlessFinite => double.IsFinite(x) ? x : double.NaN,
        UnaryOperator.Abs => Decide(x.CompareTo(0.0)) < 0 ? -x : x,
        UnaryOperator.Sqrt => Decide(x.CompareTo(0.0)) == 0 ? 0 : Math.Sqrt(x),
        UnaryOperator.Exp => Math.Exp(x),
        UnaryOperator.Exp2 => Math.Pow(2, x),
        UnaryOperator.Log => Math.Log(x),
        UnaryOperator.Log2 => Math.Log2(x),
        UnaryOperator.Tanh => Math.Tanh(x),
        UnaryOperator.Sin => Math.Sin(x),
        UnaryOperator.Cos => Math.Cos(x),
        UnaryOperator.Erf => ErrorFunction.Erf(x),
        _ => throw new NotSupportedException(op.ToString()),
    };

    private double Apply(BinaryOperator op, double a, double b) => op switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.Max => Decide(a.CompareTo(b)) >= 0 ? a : b,
        BinaryOperator.Min => Decide(a.CompareTo(b)) <= 0 ? a : b,
        BinaryOperator.CopySign => Math.CopySign(Decide(a.CompareTo(0.0)) == 0 ? 0 : a, Decide(double.IsNegative(b) ? -1 : 1)),
        _ => throw new NotSupportedException(op.ToString()),
    };

    private bool Holds(Condition condition, double x)
    {
        switch (condition)
        {
            case Condition.Compare compare:
                var (a, b) = (Evaluate(compare.Left, x), Evaluate(compare.Right, x));
                Decide(a.CompareTo(b));
                return FloatMath.Holds(compare.Comparison, a, b);
            case Condition.Both both:
                return Holds(both.Left, x) & Holds(both.Right, x);
            case Condition.Either either:
                return Holds(either.Left, x) | Holds(either.Right, x);
            case Condition.Not not:
                return !Holds(not.Operand, x);
            default:
                throw new NotSupportedException(condition.GetType().Name);
        }
    }

    private double Flushed(double exponent, double below) => Decide(exponent.CompareTo(below)) < 0 ? 0 : Math.Pow(2, exponent);

    private int Decide(int comparison)
    {
        _decisions.Add(comparison);
        return comparison;
    }
}
