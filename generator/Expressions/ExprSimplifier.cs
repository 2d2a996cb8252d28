namespace KernelGen.Generator.Expressions;

/// <summary>
/// Makes expressions smaller without changing a value: every rule holds for every float, with NaN, ±∞ and −0. That rules out what holds for
/// real numbers only: x + 0 is +0 where x is −0, x·0 is NaN where x is infinite, and (a + b) + c rounds unlike a + (b + c).
/// </summary>
internal static class ExprSimplifier
{
    /// <summary>A condition that always holds. There is no literal for it, since none is left after simplification.</summary>
    public static Condition True { get; } = new Condition.Compare(Comparison.Equal, 0, 0);

    /// <summary>A condition that never holds.</summary>
    public static Condition False { get; } = new Condition.Compare(Comparison.NotEqual, 0, 0);

    public static Expr Simplify(Expr expr) => expr.Match(
        constant: constant => constant,
        element: element => element,
        argument: argument => argument,
        unary: unary => Apply(unary.Operator, Simplify(unary.Operand)),
        binary: binary => Apply(binary.Operator, Simplify(binary.Left), Simplify(binary.Right)),
        fusedMultiplyAdd: fused => Fuse(Simplify(fused.A), Simplify(fused.B), Simplify(fused.C)),
        flushedExp2: exp => exp with { Exponent = Simplify(exp.Exponent) },
        choice: choice => Choose(Simplify(choice.Condition), Simplify(choice.IfTrue), Simplify(choice.IfFalse)),
        call: call => call with { Operand = Simplify(call.Operand) });

    public static Condition Simplify(Condition condition) => condition.Match(
        compare: compare => Decide(compare with { Left = Simplify(compare.Left), Right = Simplify(compare.Right) }),
        both: both => And(Simplify(both.Left), Simplify(both.Right)),
        either: either => Or(Simplify(either.Left), Simplify(either.Right)),
        not: not => Invert(Simplify(not.Operand)),
        position: position => position);

    /// <summary>The value of a function whose operand is simplified.</summary>
    public static Expr Apply(UnaryOperator op, Expr operand) => (op, operand) switch
    {
        (_, Expr.Constant constant) when FloatMath.Apply(op, FloatMath.Round(constant.Value)) is { } value => value,
        (UnaryOperator.Negate, Expr.Unary { Operator: UnaryOperator.Negate } inner) => inner.Operand,
        (UnaryOperator.Abs, Expr.Unary { Operator: UnaryOperator.Negate } inner) => Apply(op, inner.Operand),
        (UnaryOperator.Abs, Expr.Unary { Operator: UnaryOperator.Abs }) => operand,
        _ => new Expr.Unary(op, operand),
    };

    /// <summary>The value of an operation whose operands are simplified.</summary>
    public static Expr Apply(BinaryOperator op, Expr left, Expr right) => (op, left, right) switch
    {
        (_, Expr.Constant a, Expr.Constant b) => FloatMath.Apply(op, FloatMath.Round(a.Value), FloatMath.Round(b.Value)),
        (BinaryOperator.Add, _, _) when Negated(right) is { } b => Apply(BinaryOperator.Subtract, left, b),
        (BinaryOperator.Add, _, _) when Negated(left) is { } a => Apply(BinaryOperator.Subtract, right, a),
        (BinaryOperator.Subtract, _, _) when Negated(right) is { } b => Apply(BinaryOperator.Add, left, b),
        (BinaryOperator.Subtract, _, Expr.Constant { Value: 0 } zero) when IsPositive(zero) => left,
        (BinaryOperator.Multiply, _, Expr.Constant { Value: 1 }) => left,
        (BinaryOperator.Multiply, Expr.Constant { Value: 1 }, _) => right,
        (BinaryOperator.Multiply, _, Expr.Constant { Value: -1 }) => Apply(UnaryOperator.Negate, left),
        (BinaryOperator.Multiply, Expr.Constant { Value: -1 }, _) => Apply(UnaryOperator.Negate, right),
        (BinaryOperator.Divide, _, Expr.Constant { Value: 1 }) => left,
        (BinaryOperator.Divide, _, Expr.Constant divisor) when FloatMath.HasExactReciprocal(divisor.Value) =>
            Apply(BinaryOperator.Multiply, left, 1 / divisor.Value),
        (BinaryOperator.Max or BinaryOperator.Min, _, _) when left == right => left,
        _ => new Expr.Binary(op, left, right),
    };

    private static Expr Fuse(Expr a, Expr b, Expr c) =>
        (a, b, c) is (Expr.Constant x, Expr.Constant y, Expr.Constant z)
        && FloatMath.FusedMultiplyAdd(FloatMath.Round(x.Value), FloatMath.Round(y.Value), FloatMath.Round(z.Value)) is { } value
            ? value
            : new Expr.FusedMultiplyAdd(a, b, c);

    /// <summary>A choice whose parts are simplified.</summary>
    public static Expr Choose(Condition condition, Expr a, Expr b) =>
        condition == True || a == b ? a
        : condition == False ? b
        : condition is Condition.Not not ? Choose(not.Operand, b, a)
        : Expr.Select(condition, a, b);

    private static Condition Decide(Condition.Compare compare) => compare switch
    {
        { Left: Expr.Constant a, Right: Expr.Constant b } =>
            FloatMath.Holds(compare.Comparison, FloatMath.Round(a.Value), FloatMath.Round(b.Value)) ? True : False,

        // A number compared with itself is a question whether it is NaN, if any.
        { Comparison: Comparison.Less or Comparison.Greater } when compare.Left == compare.Right => False,
        { Comparison: Comparison.LessOrEqual or Comparison.GreaterOrEqual } when compare.Left == compare.Right =>
            compare with { Comparison = Comparison.Equal },
        _ => compare,
    };

    private static Condition And(Condition a, Condition b) =>
        a == False || b == False ? False : a == True || a == b ? b : b == True ? a : new Condition.Both(a, b);

    private static Condition Or(Condition a, Condition b) =>
        a == True || b == True ? True : a == False || a == b ? b : b == False ? a : new Condition.Either(a, b);

    /// <summary>Only = and ≠ turn into each other: neither x &lt; y nor x ≥ y holds for NaN.</summary>
    private static Condition Invert(Condition condition)
    {
        return condition == True ? False : condition == False ? True : condition.Match(
            compare: compare => compare.Comparison switch
            {
                Comparison.Equal => compare with { Comparison = Comparison.NotEqual },
                Comparison.NotEqual => compare with { Comparison = Comparison.Equal },
                _ => Not(compare),
            },
            both: Not,
            either: Not,
            not: not => not.Operand,
            position: Not);

        static Condition Not(Condition operand) => new Condition.Not(operand);
    }

    private static Expr? Negated(Expr expr) => expr is Expr.Unary { Operator: UnaryOperator.Negate } negate ? negate.Operand : null;

    private static bool IsPositive(Expr.Constant zero) => 1 / zero.Value > 0;
}
