using System.Runtime.CompilerServices;

namespace KernelGen.Generator.Expressions;

/// <summary>
/// The derivative of a function, by a rule for each kind of node. Parts of the function stand in it as they are and equal parts are
/// differentiated once, so that who prints or evaluates it with sharing computes a small multiple of what the function computes: tanh′ is
/// 1 − tanh², and exp′ is exp. generator/Families/README.md says what is taken where there is no derivative.
/// </summary>
/// <remarks>
/// Floats end before numbers do: at x = −100, sigmoid is 1/∞ = 0 and the chain rule's product 0·∞. So a factor that has vanished outweighs a
/// slope that may have overflowed (<see cref="Damped"/>), in every rule where a bounded function has an unbounded operand. What is left is the
/// product rule: a′b is NaN where a′ overflows before a does and b is 0, and where the slope of an elementary function's operand is infinite,
/// as of log at 0. Where the function itself is not finite its derivative may be anything.
/// </remarks>
internal sealed class ExprDerivative
{
    private readonly Dictionary<Expr, Expr?> _slopes = new();

    private ExprDerivative()
    {
    }

    /// <summary>
    /// The derivative, simplified as the function is. Null where it would be past what printers and compilers have a stack and time for:
    /// <see cref="ScalarFunction.MaxNesting"/>, and <see cref="ScalarFunction.MaxExpansion"/> operations with what is shared counted each time.
    /// Only functions that nest a hundred operations and more are like that.
    /// </summary>
    public static ScalarFunction? Of(ScalarFunction function)
    {
        var derivative = Unbounded(function);
        var (size, depth) = Measure(derivative.Body, new Dictionary<Expr, (long, int)>(ByReference.Comparer));
        return size <= ScalarFunction.MaxExpansion && depth <= ScalarFunction.MaxNesting ? derivative : null;
    }

    private static ScalarFunction Unbounded(ScalarFunction function) =>
        new(function.Name + "Derivative", new ExprDerivative().Slope(function.Body) ?? 0);

    /// <summary>The derivative by the argument; null where the expression does not depend on it, so that no 0·∞ is ever written.</summary>
    private Expr? Slope(Expr expr)
    {
        if (!_slopes.TryGetValue(expr, out var slope))
        {
            _slopes[expr] = slope = expr switch
            {
                Expr.Argument => 1,
                Expr.Unary unary => Slope(unary.Operand) is { } inner ? OfFunction(unary, unary.Operand, inner) : null,
                Expr.FusedMultiplyAdd fused => Plus(Slope(fused.A * fused.B), Slope(fused.C)),
                Expr.FlushedExp2 exp => Slope(exp.Exponent) is { } inner ? Damped(exp, Times(Base2.Ln2, inner)) : null,
                Expr.Call call => Slope(call.Operand) is { } inner
                    ? Times(new Expr.Call(Unbounded(call.Function), call.Operand), inner)
                    : null,
                Expr.Choice choice => Choose(choice.Condition, Slope(choice.IfTrue), Slope(choice.IfFalse)),
                Expr.Binary binary => OfBinary(binary, binary.Left, binary.Right, Slope(binary.Left), Slope(binary.Right)),
                _ => null,
            };
        }

        return slope;
    }

    /// <param name="f">The value of the function.</param>
    /// <param name="x">What it is taken of.</param>
    /// <param name="slope">The derivative of that.</param>
    private static Expr OfFunction(Expr.Unary f, Expr x, Expr slope) => f.Operator switch
    {
        UnaryOperator.Negate => Minus(slope),
        UnaryOperator.NaNUnlessFinite => slope,
        UnaryOperator.Abs => Times(Sign(x), slope),
        UnaryOperator.Sqrt => UnlessZero(f, Over(slope, Times(2, f))),
        UnaryOperator.Exp => Damped(f, slope),
        UnaryOperator.Exp2 => Damped(f, Times(Base2.Ln2, slope)),
        UnaryOperator.Log => Over(slope, x),
        UnaryOperator.Log2 => Over(Times(Base2.Log2E, slope), x),
        UnaryOperator.Tanh => Damped(Apply(BinaryOperator.Subtract, 1, Times(f, f)), slope),
        UnaryOperator.Sin => Times(Expr.Cos(x), slope),
        UnaryOperator.Cos => Minus(Times(Expr.Sin(x), slope)),
        UnaryOperator.Erf => Damped(Expr.Exp(Minus(Times(x, x))), Times(2 / Math.Sqrt(Math.PI), slope)),
        _ => throw new NotSupportedException(f.Operator.ToString()),
    };

    /// <param name="f">The value of the operation.</param>
    /// <param name="a">Its left operand.</param>
    /// <param name="b">Its right operand.</param>
    /// <param name="slopeOfA">The derivative of the left operand.</param>
    /// <param name="slopeOfB">The derivative of the right operand.</param>
    private static Expr? OfBinary(Expr.Binary f, Expr a, Expr b, Expr? slopeOfA, Expr? slopeOfB) => f.Operator switch
    {
        _ when slopeOfA is null && slopeOfB is null => null,
        BinaryOperator.Add => Plus(slopeOfA, slopeOfB),
        BinaryOperator.Subtract => Plus(slopeOfA, slopeOfB is null ? null : Minus(slopeOfB)),
        BinaryOperator.Multiply when a == b => Times(Apply(BinaryOperator.Add, a, a), slopeOfA!),
        BinaryOperator.Multiply => Plus(slopeOfA is null ? null : Times(b, slopeOfA), slopeOfB is null ? null : Times(a, slopeOfB)),

        // (a′ − f·b′)/b rather than (a′b − ab′)/b², which overflows twice as early.
        BinaryOperator.Divide => Over(Plus(slopeOfA, slopeOfB is null ? null : Damped(f, Minus(slopeOfB)))!, b),
        BinaryOperator.Max => OfExtremum(Comparison.Greater, Comparison.GreaterOrEqual, a, b, slopeOfA, slopeOfB),
        BinaryOperator.Min => OfExtremum(Comparison.Less, Comparison.LessOrEqual, a, b, slopeOfA, slopeOfB),
        _ => throw new NotSupportedException(f.Operator.ToString()),
    };

    /// <summary>The derivative of the operand that is taken; of equal ones, of the one that is constant, or else of the first.</summary>
    private static Expr? OfExtremum(Comparison beats, Comparison beatsOrTies, Expr a, Expr b, Expr? slopeOfA, Expr? slopeOfB) =>
        slopeOfA is null
            ? Choose(new Condition.Compare(beats, b, a), slopeOfB, null)
            : Choose(new Condition.Compare(slopeOfB is null ? beats : beatsOrTies, a, b), slopeOfA, slopeOfB);

    /// <summary>factor · slope, but 0 where the factor is 0, whatever the slope is. A constant slope is finite.</summary>
    private static Expr Damped(Expr factor, Expr slope) =>
        slope is Expr.Constant ? Times(factor, slope) : UnlessZero(factor, Times(factor, slope));

    /// <summary>A factor, rather than a choice of slopes, which would stand in it twice, and in what is nested within four times.</summary>
    private static Expr Sign(Expr x) => ExprSimplifier.Choose(
        new Condition.Compare(Comparison.Greater, x, 0), 1,
        ExprSimplifier.Choose(new Condition.Compare(Comparison.Less, x, 0), -1, 0));

    private static Expr UnlessZero(Expr expr, Expr value) => ExprSimplifier.Choose(Condition.IsZero(expr), 0, value);

    private static Expr? Choose(Condition condition, Expr? a, Expr? b) =>
        a is null && b is null ? null : ExprSimplifier.Choose(condition, a ?? 0, b ?? 0);

    private static Expr? Plus(Expr? a, Expr? b) => a is null ? b : b is null ? a : Apply(BinaryOperator.Add, a, b);

    private static Expr Minus(Expr a) => ExprSimplifier.Apply(UnaryOperator.Negate, a);

    private static Expr Times(Expr a, Expr b) => Apply(BinaryOperator.Multiply, a, b);

    private static Expr Over(Expr a, Expr b) => Apply(BinaryOperator.Divide, a, b);

    private static Expr Apply(BinaryOperator op, Expr a, Expr b) => ExprSimplifier.Apply(op, a, b);

    private static (long Size, int Depth) Measure(Expr expr, Dictionary<Expr, (long Size, int Depth)> known)
    {
        if (!known.TryGetValue(expr, out var measure))
        {
            measure = (1, 1);
            foreach (var operand in expr.Operands())
            {
                var (size, depth) = Measure(operand, known);
                measure = (measure.Size + size, Math.Max(measure.Depth, depth + 1));
            }

            known[expr] = measure;
        }

        return measure;
    }

    /// <summary>Tells objects apart: hashing by value would walk what is shared each time.</summary>
    private sealed class ByReference : IEqualityComparer<Expr>
    {
        public static ByReference Comparer { get; } = new();

        public bool Equals(Expr? a, Expr? b) => ReferenceEquals(a, b);

        public int GetHashCode(Expr expr) => RuntimeHelpers.GetHashCode(expr);
    }
}
