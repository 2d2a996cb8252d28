using System.Runtime.CompilerServices;
using static KernelGen.Generator.Expressions.Simplified;

namespace KernelGen.Generator.Expressions;

/// <summary>
/// The derivative of a function, by a rule for each kind of node. Parts of the function stand in it as they are and equal parts are
/// differentiated once, so that who prints or evaluates it with sharing computes a small multiple of what the function computes: tanh′ is
/// 1 − tanh², and exp′ is exp. generator/Families/README.md says what is taken where there is no derivative.
/// </summary>
/// <remarks>
/// <para>
/// Floats end before numbers do. At x = −100, sigmoid is 1/∞ = 0 and the chain rule's product 0·∞: so a factor that has vanished outweighs
/// a slope that may have overflowed (<see cref="Simplified.Damped"/>), in every rule where a bounded function has an unbounded operand.
/// </para>
/// <para>
/// And e^g may be a float where its slope g′e^g is none. So g′ stays apart from what e^g is multiplied with and divided by
/// (<see cref="Slope"/>), and comes last: that is made as parts of the function itself are, and is finite where they are.
/// </para>
/// <para>
/// What is left is the product rule: a′b is NaN where the slope of an elementary function's operand is infinite, as of log at 0, and b is
/// 0. Where the function itself is not finite its derivative may be anything.
/// </para>
/// </remarks>
internal sealed class ExprDerivative
{
    private readonly Dictionary<Expr, Slope?> _slopes = new();

    private ExprDerivative()
    {
    }

    /// <summary>
    /// The derivative, simplified as the function is. Null where it would be past what printers and compilers have a stack and time for:
    /// <see cref="ScalarFunction.MaxNesting"/>, and <see cref="ScalarFunction.MaxExpansion"/> operations with what is shared counted each
    /// time. Only functions that nest a hundred operations and more are like that.
    /// </summary>
    public static ScalarFunction? Of(ScalarFunction function)
    {
        var derivative = Unbounded(function);
        var (size, depth) = Measure(derivative.Body, new Dictionary<Expr, (long, int)>(ByReference.Comparer));
        return size <= ScalarFunction.MaxExpansion && depth <= ScalarFunction.MaxNesting ? derivative : null;
    }

    private static ScalarFunction Unbounded(ScalarFunction function) =>
        new(function.Name + "Derivative", new ExprDerivative().SlopeOf(function.Body)?.Total ?? 0);

    /// <summary>The derivative by the argument; null where the expression does not depend on it, so that no 0·∞ is ever written.</summary>
    private Slope? SlopeOf(Expr expr)
    {
        if (!_slopes.TryGetValue(expr, out var slope))
        {
            _slopes[expr] = slope = expr.Match(
                constant: _ => null,
                element: _ => null,
                argument: _ => Slope.Of(1),
                unary: unary => SlopeOf(unary.Operand) is { } inner ? OfFunction(unary, unary.Operand, inner) : null,
                binary: binary => OfBinary(binary, binary.Left, binary.Right, SlopeOf(binary.Left), SlopeOf(binary.Right)),
                fusedMultiplyAdd: fused => SlopeOf((fused.A * fused.B) + fused.C),
                flushedExp2: exp => SlopeOf(exp.Exponent) is { } inner ? Slope.OfExponential(exp, Times(Base2.Ln2, inner.Total)) : null,
                choice: choice => Slope.Choose(choice.Condition, SlopeOf(choice.IfTrue), SlopeOf(choice.IfFalse)),
                call: call => SlopeOf(call.Operand) is { } inner ? OfCall(call, inner) : null);
        }

        return slope;
    }

    private static Slope OfCall(Expr.Call call, Slope slope)
    {
        var outer = new Expr.Call(Unbounded(call.Function), call.Operand);
        return slope.Each(inner => Times(outer, inner));
    }

    /// <param name="f">The value of the function.</param>
    /// <param name="x">What it is taken of.</param>
    /// <param name="slope">The derivative of that.</param>
    private static Slope OfFunction(Expr.Unary f, Expr x, Slope slope) => f.Operator switch
    {
        UnaryOperator.Negate => slope.Negated,
        UnaryOperator.NaNUnlessFinite => slope,
        UnaryOperator.Abs => slope.Each(inner => Times(Sign(x), inner)),
        UnaryOperator.Sqrt => slope.Each(inner => UnlessZero(f, Over(inner, Times(2, f)))),
        UnaryOperator.Exp => Slope.OfExponential(f, slope.Total),
        UnaryOperator.Exp2 => Slope.OfExponential(f, Times(Base2.Ln2, slope.Total)),
        UnaryOperator.Log => slope.Each(inner => Over(inner, x)),
        UnaryOperator.Log2 => slope.TimesConstant(Base2.Log2E).Each(inner => Over(inner, x)),
        UnaryOperator.Tanh => slope.DampedBy(Minus(1, Times(f, f))),
        UnaryOperator.Sin => slope.Each(inner => Times(Expr.Cos(x), inner)),
        UnaryOperator.Cos => slope.Each(inner => Times(Expr.Sin(x), inner)).Negated,
        UnaryOperator.Erf => slope.TimesConstant(2 / Math.Sqrt(Math.PI)).DampedBy(Expr.Exp(Minus(Times(x, x)))),
        _ => throw new NotSupportedException(f.Operator.ToString()),
    };

    /// <param name="f">The value of the operation.</param>
    /// <param name="a">Its left operand.</param>
    /// <param name="b">Its right operand.</param>
    /// <param name="slopeOfA">The derivative of the left operand.</param>
    /// <param name="slopeOfB">The derivative of the right operand.</param>
    private static Slope? OfBinary(Expr.Binary f, Expr a, Expr b, Slope? slopeOfA, Slope? slopeOfB) => f.Operator switch
    {
        _ when slopeOfA is null && slopeOfB is null => null,
        BinaryOperator.Add => Slope.Sum(slopeOfA, slopeOfB),
        BinaryOperator.Subtract => Slope.Sum(slopeOfA, slopeOfB?.Negated),
        BinaryOperator.Multiply when a == b => slopeOfA!.TimesTwice(a, f),
        BinaryOperator.Multiply => Slope.Sum(
            slopeOfA?.Each(inner => inner == a ? f : Times(b, inner)), slopeOfB?.Each(inner => inner == b ? f : Times(a, inner))),
        BinaryOperator.Divide => OfQuotient(f, a, b, slopeOfA, slopeOfB),
        BinaryOperator.Max => OfExtremum(Comparison.Greater, Comparison.GreaterOrEqual, a, b, slopeOfA, slopeOfB),
        BinaryOperator.Min => OfExtremum(Comparison.Less, Comparison.LessOrEqual, a, b, slopeOfA, slopeOfB),

        // That of |a|, or of −|a|; the sign jumps and has none of its own.
        BinaryOperator.CopySign =>
            slopeOfA?.Each(inner => Times(ExprSimplifier.Apply(BinaryOperator.CopySign, 1, b), Times(Sign(a), inner))),
        _ => throw new NotSupportedException(f.Operator.ToString()),
    };

    /// <summary>
    /// (a′ − f·b′)/b rather than (a′b − ab′)/b², which overflows twice as early. That f·b′ is of the size of a; where a has exponentials
    /// too, their rates wait until b has divided them.
    /// </summary>
    private static Slope? OfQuotient(Expr.Binary f, Expr a, Expr b, Slope? slopeOfA, Slope? slopeOfB) =>
        slopeOfA is { HasExponentials: true }
            ? Slope.Sum(
                slopeOfA.Each(inner => inner == a ? f : Over(inner, b)),
                slopeOfB?.Negated.Each(inner => inner == b ? f : Damped(f, Over(inner, b))))
            : Slope.Sum(slopeOfA, slopeOfB?.Negated.DampedBy(f))?.DividedBy(b);

    /// <summary>The derivative of the operand that is taken; of equal ones, of the one that is constant, or else of the first.</summary>
    private static Slope? OfExtremum(Comparison beats, Comparison beatsOrTies, Expr a, Expr b, Slope? slopeOfA, Slope? slopeOfB) =>
        slopeOfA is null
            ? Slope.Choose(new Condition.Compare(beats, b, a), slopeOfB, null)
            : Slope.Choose(new Condition.Compare(slopeOfB is null ? beats : beatsOrTies, a, b), slopeOfA, slopeOfB);

    /// <summary>A factor, rather than a choice of slopes, which would stand in it twice, and in what is nested within four times.</summary>
    private static Expr Sign(Expr x) => ExprSimplifier.Choose(
        new Condition.Compare(Comparison.Greater, x, 0), 1,
        ExprSimplifier.Choose(new Condition.Compare(Comparison.Less, x, 0), -1, 0));

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
