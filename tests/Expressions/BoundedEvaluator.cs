using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>
/// Evaluates an expression in double with a first-order bound of what float32 may make of it, whichever sums are fused with products.
/// </summary>
/// <param name="element">The element of a tile at hand.</param>
/// <param name="position">Whether a condition on its position holds.</param>
internal sealed class BoundedEvaluator(Func<Variable, Bounded> element, Func<Condition, bool> position)
{
    /// <summary>f(x) for an exact x.</summary>
    public static Bounded Call(ScalarFunction function, double x) =>
        new BoundedEvaluator(
            _ => throw new NotSupportedException("A function has no tiles."),
            _ => throw new NotSupportedException("A function has no position.")).Evaluate(function.Body, x);

    public Bounded Evaluate(Expr expr) => Evaluate(expr, null);

    private Bounded Evaluate(Expr expr, Bounded? argument)
    {
        switch (expr)
        {
            case Expr.Constant constant:
                return Bounded.Constant(constant.Value);
            case Expr.Element read:
                return element(read.Variable);
            case Expr.Argument:
                return argument!.Value;
            case Expr.Unary unary:
                return Evaluate(unary.Operand, argument).Apply(unary.Operator);
            case Expr.FusedMultiplyAdd fused:
                return Bounded.FusedMultiplyAdd(Evaluate(fused.A, argument), Evaluate(fused.B, argument), Evaluate(fused.C, argument));
            case Expr.FlushedExp2 exp:
                return Evaluate(exp.Exponent, argument).FlushedExp2(exp.FlushBelow);
            case Expr.Call call:
                return Evaluate(call.Function.Body, Evaluate(call.Operand, argument));
            case Expr.Binary binary:
                return Apply(binary, Evaluate(binary.Left, argument), Evaluate(binary.Right, argument), argument);
            case Expr.Choice choice:
                var (holds, open) = Holds(choice.Condition, argument);
                var chosen = Evaluate(holds ? choice.IfTrue : choice.IfFalse, argument);
                return open ? Bounded.Either(chosen, Evaluate(holds ? choice.IfFalse : choice.IfTrue, argument)) : chosen;
            default:
                throw new NotSupportedException(expr.GetType().Name);
        }
    }

    private Bounded Apply(Expr.Binary binary, Bounded a, Bounded b, Bounded? argument)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.Add or BinaryOperator.Subtract:
                var sum = Sum(binary, a, b);
                return MayFuse(binary.Left, a) && !IsSame(sum, Sum(binary, Exact(binary.Left, argument), b))
                    || MayFuse(binary.Right, b) && !IsSame(sum, Sum(binary, a, Exact(binary.Right, argument)))
                    ? sum with { Error = double.PositiveInfinity }
                    : sum;
            case BinaryOperator.Multiply:
                return a * b;
            case BinaryOperator.Divide:
                return a / b;
            case BinaryOperator.Max:
                return Bounded.Max(a, b);
            case BinaryOperator.Min:
                return Bounded.Min(a, b);
            case BinaryOperator.CopySign:
                return Bounded.CopySign(a, b);
            default:
                throw new NotSupportedException(binary.Operator.ToString());
        }
    }

    private static Bounded Sum(Expr.Binary sum, Bounded a, Bounded b) => sum.Operator == BinaryOperator.Add ? a + b : a - b;

    /// <summary>Whether the operand of a sum overflows, but would not where it is fused with the sum.</summary>
    private static bool MayFuse(Expr operand, Bounded value) =>
        double.IsInfinity(value.Value) && operand is Expr.Binary { Operator: BinaryOperator.Multiply };

    private static bool IsSame(Bounded sum, Bounded fused) => sum.Value.Equals(fused.Value) && double.IsFinite(fused.Error);

    /// <summary>A product before it is rounded.</summary>
    private Bounded Exact(Expr operand, Bounded? argument)
    {
        var product = (Expr.Binary)operand;
        var (a, b) = (Evaluate(product.Left, argument), Evaluate(product.Right, argument));
        return new Bounded(a.Value * b.Value, (Math.Abs(a.Value) * b.Error) + (Math.Abs(b.Value) * a.Error) + (a.Error * b.Error));
    }

    private (bool Holds, bool IsOpen) Holds(Condition condition, Bounded? argument)
    {
        switch (condition)
        {
            case Condition.Compare compare:
                var (a, b) = (Evaluate(compare.Left, argument), Evaluate(compare.Right, argument));
                var holds = compare.Comparison switch
                {
                    Comparison.Less => a.Value < b.Value,
                    Comparison.LessOrEqual => a.Value <= b.Value,
                    Comparison.Greater => a.Value > b.Value,
                    Comparison.GreaterOrEqual => a.Value >= b.Value,
                    Comparison.Equal => a.Value == b.Value,
                    _ => a.Value != b.Value,
                };
                return (holds, compare.Left != compare.Right && Bounded.IsOpen(a, b));
            case Condition.Both both:
                var (left, right) = (Holds(both.Left, argument), Holds(both.Right, argument));
                return (left.Holds && right.Holds, (left.IsOpen && (right.Holds || right.IsOpen)) || (right.IsOpen && left.Holds));
            case Condition.Either either:
                var (one, other) = (Holds(either.Left, argument), Holds(either.Right, argument));
                return (one.Holds || other.Holds, (one.IsOpen && (!other.Holds || other.IsOpen)) || (other.IsOpen && !one.Holds));
            case Condition.Not not:
                var inner = Holds(not.Operand, argument);
                return (!inner.Holds, inner.IsOpen);
            default:
                return (position(condition), false);
        }
    }
}
