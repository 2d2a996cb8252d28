namespace KernelGen.Generator.Expressions;

/// <summary>
/// A scalar expression over the elements of variables, which are tiles in a program, or, in a <see cref="ScalarFunction"/>, over its
/// argument. It is evaluated for every element of the tile that a statement computes. Backends print it for a vector of elements at a time.
/// Numbers are float32; a constant is rounded to float32 where it is printed.
/// </summary>
internal abstract record Expr
{
    public static implicit operator Expr(double value) => new Constant(value);

    public static Expr operator +(Expr a, Expr b) => new Binary(BinaryOperator.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => new Binary(BinaryOperator.Subtract, a, b);

    public static Expr operator *(Expr a, Expr b) => new Binary(BinaryOperator.Multiply, a, b);

    public static Expr operator /(Expr a, Expr b) => new Binary(BinaryOperator.Divide, a, b);

    public static Expr operator -(Expr a) => new Unary(UnaryOperator.Negate, a);

    public static Expr Max(Expr a, Expr b) => new Binary(BinaryOperator.Max, a, b);

    public static Expr Min(Expr a, Expr b) => new Binary(BinaryOperator.Min, a, b);

    public static Expr CopySign(Expr size, Expr sign) => new Binary(BinaryOperator.CopySign, size, sign);

    public static Expr Abs(Expr a) => new Unary(UnaryOperator.Abs, a);

    public static Expr Sqrt(Expr a) => new Unary(UnaryOperator.Sqrt, a);

    public static Expr Exp(Expr a) => new Unary(UnaryOperator.Exp, a);

    public static Expr Exp2(Expr a) => new Unary(UnaryOperator.Exp2, a);

    public static Expr Log(Expr a) => new Unary(UnaryOperator.Log, a);

    public static Expr Log2(Expr a) => new Unary(UnaryOperator.Log2, a);

    public static Expr Tanh(Expr a) => new Unary(UnaryOperator.Tanh, a);

    public static Expr Sin(Expr a) => new Unary(UnaryOperator.Sin, a);

    public static Expr Cos(Expr a) => new Unary(UnaryOperator.Cos, a);

    public static Expr Erf(Expr a) => new Unary(UnaryOperator.Erf, a);

    /// <summary>
    /// 2^a, exactly 0 where a is below <paramref name="flushBelow"/>, so that no subnormal is made (they are 250 times slower).
    /// </summary>
    public static Expr Exp2(Expr a, double flushBelow) => new FlushedExp2(a, flushBelow);

    /// <summary>a where it is finite, else NaN: infinity must not end up as an ordinary weight.</summary>
    public static Expr NaNUnlessFinite(Expr a) => new Unary(UnaryOperator.NaNUnlessFinite, a);

    /// <summary>
    /// A value that was made of a number, NaN where that is not finite: 0·∞ and 0·NaN are NaN, and one multiply-add does it.
    /// </summary>
    public static Expr WhereFinite(Expr number, Expr value) => value + (number * 0);

    public static Expr Select(Condition condition, Expr a, Expr b) => new Choice(condition, a, b);

    /// <summary>What the cases give for an expression of its kind.</summary>
    public abstract T Match<T>(IExprCases<T> cases);

    /// <summary>A literal. Equal literals have the same bits: x + 0 and x + (−0) differ where x is −0.</summary>
    public sealed record Constant(double Value) : Expr
    {
        public bool Equals(Constant? other) =>
            other is not null && BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value);

        public override int GetHashCode() => BitConverter.DoubleToInt64Bits(Value).GetHashCode();

        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    /// <summary>The element of a variable at the current row and column; vectors broadcast.</summary>
    public sealed record Element(Variable Variable) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    /// <summary>The argument of the <see cref="ScalarFunction"/> that this expression is the body of.</summary>
    public sealed record Argument : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    public sealed record Unary(UnaryOperator Operator, Expr Operand) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    public sealed record Binary(BinaryOperator Operator, Expr Left, Expr Right) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    /// <summary>A·B + C, rounded once.</summary>
    public sealed record FusedMultiplyAdd(Expr A, Expr B, Expr C) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    /// <summary>2^Exponent for exponents of at most 127, exactly 0 below the bound.</summary>
    public sealed record FlushedExp2(Expr Exponent, double FlushBelow) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    public sealed record Choice(Condition Condition, Expr IfTrue, Expr IfFalse) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }

    /// <summary>The value of a function. Backends print the function once, as a method.</summary>
    public sealed record Call(ScalarFunction Function, Expr Operand) : Expr
    {
        public override T Match<T>(IExprCases<T> cases) => cases.Of(this);
    }
}

/// <summary>
/// Functions of one number. All but the first two have the meaning of the <see cref="System.Math"/> function of their name.
/// </summary>
internal enum UnaryOperator
{
    Negate,

    /// <summary>The operand where it is finite, else NaN.</summary>
    NaNUnlessFinite,

    Abs,
    Sqrt,
    Exp,

    /// <summary>2^x: +∞ where that overflows.</summary>
    Exp2,

    Log,
    Log2,
    Tanh,
    Sin,
    Cos,

    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    Erf,
}

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>The larger number; NaN where one is NaN; +0 of two zeros that differ in sign.</summary>
    Max,

    /// <summary>The smaller number; NaN where one is NaN; −0 of two zeros that differ in sign.</summary>
    Min,

    /// <summary>The size of the left operand with the sign of the right one, which zeros have too.</summary>
    CopySign,
}

/// <summary>What a <see cref="Expr.Choice"/> asks of the current element.</summary>
internal abstract record Condition
{
    /// <summary>What the cases give for a condition of its kind.</summary>
    public abstract T Match<T>(IConditionCases<T> cases);

    /// <summary>A comparison of numbers, as C# has it: with NaN only <see cref="Comparison.NotEqual"/> holds.</summary>
    public sealed record Compare(Comparison Comparison, Expr Left, Expr Right) : Condition
    {
        public override T Match<T>(IConditionCases<T> cases) => cases.Of(this);
    }

    public sealed record Both(Condition Left, Condition Right) : Condition
    {
        public override T Match<T>(IConditionCases<T> cases) => cases.Of(this);
    }

    public sealed record Either(Condition Left, Condition Right) : Condition
    {
        public override T Match<T>(IConditionCases<T> cases) => cases.Of(this);
    }

    public sealed record Not(Condition Operand) : Condition
    {
        public override T Match<T>(IConditionCases<T> cases) => cases.Of(this);
    }

    /// <summary>Asks where the current element is. Which such there are is known where elements have positions.</summary>
    public abstract record OfPosition : Condition
    {
        public override T Match<T>(IConditionCases<T> cases) => cases.Of(this);
    }

    public static Condition IsZero(Expr operand) => new Compare(Comparison.Equal, operand, 0);
}

internal enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}
