using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Expressions;

/// <summary>
/// A scalar expression over the elements of tiles, evaluated for every element of the tile that a <see cref="Map"/> or
/// <see cref="Reduce"/> runs over. Backends print it for a vector of elements at a time. Logarithms and exponentials are of base 2:
/// log2 e is folded into parameters and constants by the families.
/// </summary>
internal abstract record Expr
{
    public static implicit operator Expr(double value) => new Constant(value);

    public static implicit operator Expr(Tile tile) => new Element(tile);

    public static Expr operator +(Expr a, Expr b) => new Binary(BinaryOperator.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => new Binary(BinaryOperator.Subtract, a, b);

    public static Expr operator *(Expr a, Expr b) => new Binary(BinaryOperator.Multiply, a, b);

    public static Expr operator /(Expr a, Expr b) => new Binary(BinaryOperator.Divide, a, b);

    public static Expr operator -(Expr a) => new Unary(UnaryOperator.Negate, a);

    public static Expr Max(Expr a, Expr b) => new Binary(BinaryOperator.Max, a, b);

    public static Expr Log2(Expr a) => new Unary(UnaryOperator.Log2, a);

    /// <summary>2^a, exactly 0 where a is below <paramref name="flushBelow"/>, so that no subnormal is made (they are 250 times slower).</summary>
    public static Expr Exp2(Expr a, double flushBelow) => new FlushedExp2(a, flushBelow);

    /// <summary>a where it is finite, else NaN: infinity must not end up as an ordinary weight.</summary>
    public static Expr NaNUnlessFinite(Expr a) => new Unary(UnaryOperator.NaNUnlessFinite, a);

    public static Expr Select(Condition condition, Expr a, Expr b) => new Choice(condition, a, b);

    /// <summary>A literal.</summary>
    public sealed record Constant(double Value) : Expr;

    /// <summary>The element of a tile at the current row and column; vectors broadcast.</summary>
    public sealed record Element(Tile Tile) : Expr;

    public sealed record Unary(UnaryOperator Operator, Expr Operand) : Expr;

    public sealed record Binary(BinaryOperator Operator, Expr Left, Expr Right) : Expr;

    public sealed record FlushedExp2(Expr Exponent, double FlushBelow) : Expr;

    public sealed record Choice(Condition Condition, Expr IfTrue, Expr IfFalse) : Expr;
}

internal enum UnaryOperator
{
    Negate,
    Log2,
    NaNUnlessFinite,
}

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Max,
}

/// <summary>What a <see cref="Expr.Choice"/> asks of the current element.</summary>
internal abstract record Condition
{
    /// <summary>The operand is exactly 0 (NaN is not).</summary>
    public sealed record IsZero(Expr Operand) : Condition;

    /// <summary>The position of the current token along <paramref name="Tokens"/> is below a limit.</summary>
    public sealed record PositionBelow(Dim Tokens, TokenIndex Limit) : Condition;

    /// <summary>0 ≤ position along <paramref name="Later"/> − position along <paramref name="Earlier"/> &lt; window; no upper bound when null.</summary>
    public sealed record Precedes(Dim Earlier, Dim Later, int? Window = null) : Condition;

    /// <summary>The current row of a <see cref="Runs"/> lies in its current run.</summary>
    public sealed record InRun : Condition;
}
