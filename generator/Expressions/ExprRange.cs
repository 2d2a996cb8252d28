namespace KernelGen.Generator.Expressions;

/// <summary>
/// Bounds what a function can return, over all arguments but NaN: each part's range follows from those of its operands, and within a branch
/// the compared numbers are known to be on one side. The bounds are safe, not tight.
/// </summary>
internal static class ExprRange
{
    /// <summary>Whether the function is proven to return no negative number. A NaN that it returns does not count.</summary>
    public static bool IsNonNegative(Expr body) => Of(body).Low >= 0;

    /// <summary>Numbers that the function returns lie in this range.</summary>
    public static Interval Of(Expr body) => Of(body, Interval.All, null);

    /// <param name="expr">What is bounded.</param>
    /// <param name="argument">The range of <see cref="Expr.Argument"/>.</param>
    /// <param name="facts">What the conditions around the expression say.</param>
    private static Interval Of(Expr expr, Interval argument, Fact? facts) => Bound(expr, argument, facts).Range;

    /// <summary>The range, and of what is a product or quotient the sign.</summary>
    private static (Interval Range, ProductSign? Product) Bound(Expr expr, Interval argument, Fact? facts)
    {
        ProductSign? product = null;
        var range = Operation();
        for (var fact = facts; fact is not null; fact = fact.Next)
        {
            range = fact.Subject == expr ? range.Intersect(fact.Range) : range;
        }

        return (range, product);

        Interval Operation() => expr.Match(
            constant: constant => Interval.Of(FloatMath.Round(constant.Value)),
            element: _ => Interval.All,
            argument: _ => argument,
            unary: OfUnary,
            binary: OfBinary,
            fusedMultiplyAdd: fused => Of(fused.A * fused.B, argument, facts) + Of(fused.C, argument, facts),
            flushedExp2: exp => Of(UnaryOperator.Exp2, Of(exp.Exponent, argument, facts)).Union(Interval.Of(0)),
            choice: choice => Branch(choice.Condition, true, choice.IfTrue).Union(Branch(choice.Condition, false, choice.IfFalse)),
            call: call => Of(call.Function.Body, Of(call.Operand, argument, facts), null));

        Interval OfUnary(Expr.Unary unary)
        {
            if (unary.Operator != UnaryOperator.Negate)
            {
                return Of(unary.Operator, Of(unary.Operand, argument, facts));
            }

            var operand = Factor(unary.Operand);
            product = -operand.Sign;
            return -operand.Range;
        }

        Interval OfBinary(Expr.Binary binary)
        {
            if (binary.Operator is BinaryOperator.Multiply or BinaryOperator.Divide)
            {
                var (left, right) = (Factor(binary.Left), Factor(binary.Right));
                product = binary.Operator == BinaryOperator.Multiply || right.Sign.HoldsForZero ? left.Sign * right.Sign : null;
                return Of(binary.Operator, left.Range, right.Range).Intersect(product?.Range ?? Interval.All);
            }

            // The sign of NaN may be either.
            var mayBeNaN = binary.Operator == BinaryOperator.CopySign && !IsNumber(binary.Right);
            return Of(binary.Operator, Of(binary.Left, argument, facts), mayBeNaN ? Interval.All : Of(binary.Right, argument, facts));
        }

        (Interval Range, ProductSign Sign) Factor(Expr factor)
        {
            var (numbers, factors) = Bound(factor, argument, facts);
            var sign = factors is { Open.IsEmpty: true } known ? known : ProductSign.Of(factor, numbers);
            return (numbers, sign.Open.IsEmpty ? sign : factors ?? sign);
        }

        Interval Branch(Condition condition, bool holds, Expr value)
        {
            var inside = Assume(condition, holds, argument, facts);
            return inside is { CannotBeMet: true } ? Interval.Empty : Of(value, argument, inside);
        }
    }

    private static Interval Of(UnaryOperator op, Interval x) => op switch
    {
        UnaryOperator.Negate => -x,
        UnaryOperator.NaNUnlessFinite => x,
        UnaryOperator.Abs => x.Abs(),
        UnaryOperator.Sqrt => x.Intersect(Interval.NonNegative).Rising(Math.Sqrt, 0, 0, Interval.NonNegative),
        UnaryOperator.Exp => x.Rising(Math.Exp, 0, 1, Interval.NonNegative),
        UnaryOperator.Exp2 => x.Rising(exponent => Math.Pow(2, exponent), 0, 1, Interval.NonNegative),
        UnaryOperator.Log => x.Intersect(Interval.NonNegative).Rising(Math.Log, 1, 0, Interval.All),
        UnaryOperator.Log2 => x.Intersect(Interval.NonNegative).Rising(number => Math.Log(number, 2), 1, 0, Interval.All),
        UnaryOperator.Tanh => x.Rising(Math.Tanh, 0, 0, new(-1, 1)),

        // There is no such function here, but its signs are known.
        UnaryOperator.Erf when !x.IsEmpty => new(x.Low >= 0 ? 0 : -1, x.High <= 0 ? 0 : 1),
        UnaryOperator.Sin or UnaryOperator.Cos when !x.IsEmpty => new(-1, 1),
        _ => x.IsEmpty ? Interval.Empty : Interval.All,
    };

    private static Interval Of(BinaryOperator op, Interval a, Interval b) => op switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.Max => a.Max(b),
        BinaryOperator.Min => a.Min(b),
        BinaryOperator.CopySign => b.Low > 0 ? a.Abs() : b.High < 0 ? -a.Abs() : a.Abs().Union(-a.Abs()),
        _ => throw new NotSupportedException(op.ToString()),
    };

    /// <summary>The facts with what follows from a condition; the newest says so where it cannot be met.</summary>
    private static Fact? Assume(Condition condition, bool holds, Interval argument, Fact? facts)
    {
        return condition.Match(
            compare: compare => facts is { CannotBeMet: true } ? facts : Assume(compare, holds, argument, facts),
            both: both => holds ? All(both.Left, both.Right) : facts,
            either: either => holds ? facts : All(either.Left, either.Right),
            not: not => Assume(not.Operand, !holds, argument, facts),
            position: _ => facts);

        Fact? All(Condition left, Condition right) => Assume(right, holds, argument, Assume(left, holds, argument, facts));
    }

    private static Fact? Assume(Condition.Compare compare, bool holds, Interval argument, Fact? facts)
    {
        // This is how a test for NaN looks.
        if (compare.Comparison == Comparison.NotEqual && holds && compare.Left == compare.Right)
        {
            return new Fact(compare.Left, Interval.Empty, IsNumber(compare.Left), facts);
        }

        // A comparison that fails does so for NaN too. It still says where the one side is, if that is a number, where the other surely is
        // one.
        var (leftIsNumber, rightIsNumber) = (IsNumber(compare.Left), IsNumber(compare.Right));
        var areNumbers = holds == (compare.Comparison != Comparison.NotEqual) || (leftIsNumber && rightIsNumber);
        var comparison = holds ? compare.Comparison : Opposite(compare.Comparison);
        if (comparison == Comparison.NotEqual)
        {
            return facts;
        }

        // This is how a test for a sign looks, which zeros have too: what has the one has nothing of the other.
        if (compare is
            {
                Left: Expr.Binary { Operator: BinaryOperator.CopySign, Left: Expr.Constant { Value: 1 } } sign,
                Right: Expr.Constant { Value: 0 },
            })
        {
            var isNegative = comparison is Comparison.Less or Comparison.LessOrEqual;
            return isNegative || comparison is Comparison.Greater or Comparison.GreaterOrEqual
                ? new Fact(sign.Right, isNegative ? -Interval.NonNegative : Interval.NonNegative, false, facts)
                : facts;
        }

        var left = Of(compare.Left, argument, facts);
        var right = Of(compare.Right, argument, facts);
        var (below, above) = comparison switch
        {
            Comparison.Less => (UpTo(right, strictly: true), DownTo(left, strictly: true)),
            Comparison.LessOrEqual => (UpTo(right, strictly: false), DownTo(left, strictly: false)),
            Comparison.Greater => (DownTo(right, strictly: true), UpTo(left, strictly: true)),
            Comparison.GreaterOrEqual => (DownTo(right, strictly: false), UpTo(left, strictly: false)),
            _ => (right, left),
        };
        var known = areNumbers || leftIsNumber ? new Fact(compare.Right, right.Intersect(above), areNumbers, facts) : facts;
        return (areNumbers || rightIsNumber)
            && known is not { CannotBeMet: true } ? new Fact(compare.Left, left.Intersect(below), areNumbers, known) : known;
    }

    /// <summary>Whether an expression is never NaN, given that the argument is not.</summary>
    private static bool IsNumber(Expr expr) =>
        expr is Expr.Argument
        || (expr is Expr.Constant constant && !double.IsNaN(constant.Value))
        || (expr is Expr.Unary { Operator: UnaryOperator.Negate or UnaryOperator.Abs } unary && IsNumber(unary.Operand));

    private static Comparison Opposite(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        Comparison.GreaterOrEqual => Comparison.Less,
        Comparison.Equal => Comparison.NotEqual,
        _ => Comparison.Equal,
    };

    /// <summary>What is below some number of the range.</summary>
    private static Interval UpTo(Interval range, bool strictly) =>
        range.IsEmpty ? range : new(double.NegativeInfinity, strictly && IsFloat(range.High) ? FloatMath.Below(range.High) : range.High);

    /// <summary>What is above some number of the range.</summary>
    private static Interval DownTo(Interval range, bool strictly) =>
        range.IsEmpty ? range : new(strictly && IsFloat(range.Low) ? FloatMath.Above(range.Low) : range.Low, double.PositiveInfinity);

    private static bool IsFloat(double value) => FloatMath.Round(value) == value;

    /// <summary>An expression is in a range, where it is a number.</summary>
    /// <param name="subject">The expression.</param>
    /// <param name="range">Where it is.</param>
    /// <param name="isNumber">Whether it surely is one.</param>
    /// <param name="next">What else is known.</param>
    private sealed class Fact(Expr subject, Interval range, bool isNumber, Fact? next)
    {
        public Expr Subject { get; } = subject;

        public Interval Range { get; } = range;

        /// <summary>Whether there is no such number.</summary>
        public bool CannotBeMet { get; } = isNumber && range.IsEmpty;

        public Fact? Next { get; } = next;
    }
}
