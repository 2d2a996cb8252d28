using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// What an expression of the user's method evaluates to. Parts are shared: a local that is used twice is one object, so a value may stand
/// for far more operations than there are objects, and must not be walked before <see cref="Size"/> is known to be small.
/// </summary>
internal abstract class Value(long size, int depth)
{
    private const long Most = int.MaxValue;

    /// <summary>The operations, constants and arguments that the value is made of, where what is shared counts each time.</summary>
    public long Size { get; } = Math.Min(size, Most);

    /// <summary>How many operations are nested within each other: who walks the value needs a stack for it.</summary>
    public int Depth { get; } = depth;

    /// <summary>What could not be read, after a report.</summary>
    public static Value Unknown { get; } = new UnknownValue();

    private sealed class UnknownValue() : Value(0, 0);
}

/// <summary>A float.</summary>
internal sealed class Number(Expr expr, long size, int depth) : Value(size, depth)
{
    public Expr Expr { get; } = expr;

    public static Number Argument { get; } = new(new Expr.Argument(), 1, 1);

    public static Number Of(float value) => new(value, 1, 1);

    /// <summary>a·b + c in one rounding.</summary>
    public static Number Fused(Number a, Number b, Number c) =>
        new(
            new Expr.FusedMultiplyAdd(a.Expr, b.Expr, c.Expr), a.Size + b.Size + c.Size + 1,
            Math.Max(a.Depth, Math.Max(b.Depth, c.Depth)) + 1);

    public static Number Of(UnaryOperator op, Number operand) =>
        operand.Expr is Expr.Constant constant && FloatMath.Apply(op, constant.Value) is { } value
            ? Of((float)value)
            : new(new Expr.Unary(op, operand.Expr), operand.Size + 1, operand.Depth + 1);

    /// <summary>Of constants a constant, or what a loop adds up would grow with its rounds.</summary>
    public static Number Of(BinaryOperator op, Number left, Number right) => (left.Expr, right.Expr) is (Expr.Constant a, Expr.Constant b)
        ? Of((float)FloatMath.Apply(op, a.Value, b.Value))
        : new(new Expr.Binary(op, left.Expr, right.Expr), left.Size + right.Size + 1, Math.Max(left.Depth, right.Depth) + 1);
}

/// <summary>The counter of a loop: a whole number that is known.</summary>
internal sealed class Counter(double value) : Value(1, 1)
{
    public double Value { get; } = value;
}

/// <summary>A bool.</summary>
internal sealed class Truth(Condition condition, long size, int depth) : Value(size, depth)
{
    private const int LargestToDecide = 20;

    public Condition Condition { get; } = condition;

    /// <summary>Whether it holds, where the argument has no part in that; larger conditions are not looked into.</summary>
    public bool? Decide()
    {
        if (Size > LargestToDecide)
        {
            return null;
        }

        var simplified = ExprSimplifier.Simplify(Condition);
        return simplified == ExprSimplifier.True ? true : simplified == ExprSimplifier.False ? false : null;
    }

    public static Truth Of(bool value) => new(value ? ExprSimplifier.True : ExprSimplifier.False, 1, 1);

    public static Truth Of(Comparison comparison, Number left, Number right) =>
        Folded(new(
            new Condition.Compare(comparison, left.Expr, right.Expr), left.Size + right.Size + 1, Math.Max(left.Depth, right.Depth) + 1));

    public static Truth operator &(Truth a, Truth b) =>
        Folded(new(new Condition.Both(a.Condition, b.Condition), a.Size + b.Size + 1, Math.Max(a.Depth, b.Depth) + 1));

    public static Truth operator |(Truth a, Truth b) =>
        Folded(new(new Condition.Either(a.Condition, b.Condition), a.Size + b.Size + 1, Math.Max(a.Depth, b.Depth) + 1));

    public static Truth operator !(Truth a) => Folded(new(new Condition.Not(a.Condition), a.Size + 1, a.Depth + 1));

    /// <summary>What is decided is a constant, or what a loop turns around would grow with its rounds.</summary>
    private static Truth Folded(Truth truth) => truth.Decide() is { } holds ? Of(holds) : truth;

    /// <summary>One of two values of the same kind.</summary>
    public Value Choose(Value ifTrue, Value ifFalse) => (ifTrue, ifFalse) switch
    {
        _ when ReferenceEquals(ifTrue, ifFalse) => ifTrue,
        _ when Decide() is { } holds => holds ? ifTrue : ifFalse,
        (Number a, Number b) => new Number(
            Expr.Select(Condition, a.Expr, b.Expr), Size + a.Size + b.Size + 1, Math.Max(Depth, Math.Max(a.Depth, b.Depth)) + 1),
        (Truth a, Truth b) => (this & a) | (!this & b),
        _ => Unknown,
    };
}
