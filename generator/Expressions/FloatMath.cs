namespace KernelGen.Generator.Expressions;

/// <summary>
/// The arithmetic of float32, on numbers held as doubles. One operation on floats that is computed in double and then rounded is the float
/// operation: double has more than twice the digits, so rounding twice is rounding once.
/// </summary>
internal static class FloatMath
{
    /// <summary>The nearest float.</summary>
    public static double Round(double value) => (float)value;

    /// <summary>The value of a function, or null where a constant is not to be computed here.</summary>
    public static double? Apply(UnaryOperator op, double x) => op switch
    {
        UnaryOperator.Negate => -x,
        UnaryOperator.NaNUnlessFinite => double.IsInfinity(x) ? double.NaN : x,
        UnaryOperator.Abs => Math.Abs(x),
        UnaryOperator.Sqrt => Round(Math.Sqrt(x)),
        UnaryOperator.Exp => Round(Math.Exp(x)),
        UnaryOperator.Exp2 => Round(Math.Pow(2, x)),
        UnaryOperator.Log => Round(Math.Log(x)),
        UnaryOperator.Log2 => Round(Math.Log(x, 2)),
        UnaryOperator.Tanh => Round(Math.Tanh(x)),
        UnaryOperator.Sin => Round(Math.Sin(x)),
        UnaryOperator.Cos => Round(Math.Cos(x)),
        _ => null,
    };

    public static double Apply(BinaryOperator op, double a, double b) => op switch
    {
        BinaryOperator.Add => Round(a + b),
        BinaryOperator.Subtract => Round(a - b),
        BinaryOperator.Multiply => Round(a * b),
        BinaryOperator.Divide => Round(a / b),
        BinaryOperator.Max => Max(a, b),
        BinaryOperator.Min => -Max(-a, -b),
        BinaryOperator.CopySign => BitConverter.DoubleToInt64Bits(b) < 0 ? -Math.Abs(a) : Math.Abs(a),
        _ => throw new NotSupportedException(op.ToString()),
    };

    /// <summary>a·b + c rounded once, or null where double is not enough to tell.</summary>
    public static double? FusedMultiplyAdd(double a, double b, double c)
    {
        // The product of two floats is exact in double. What its sum with c loses (Knuth's two-sum) must be nothing, or rounding twice may
        // differ.
        var product = a * b;
        var sum = product + c;
        var back = sum - product;
        return double.IsNaN(sum) || double.IsInfinity(sum) || (product - (sum - back)) + (c - back) == 0 ? Round(sum) : null;
    }

    /// <summary>As <see cref="BinaryOperator.Max"/>; Math.Max of the .NET Framework returns either of two zeros.</summary>
    private static double Max(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? double.NaN : a > b ? a : b > a ? b : 1 / a > 0 ? a : b;

    public static bool Holds(Comparison comparison, double a, double b) => comparison switch
    {
        Comparison.Less => a < b,
        Comparison.LessOrEqual => a <= b,
        Comparison.Greater => a > b,
        Comparison.GreaterOrEqual => a >= b,
        Comparison.Equal => a == b,
        _ => a != b,
    };

    /// <summary>Whether the reciprocal is exact and no subnormal number, so that dividing by the value is multiplying by it.</summary>
    public static bool HasExactReciprocal(double value)
    {
        const double Least = 1.1754943508222875e-38;
        const long Fraction = 0xFFFFFFFFFFFFF;
        var size = Math.Abs(value);
        return size >= Least && size <= 1 / Least && (BitConverter.DoubleToInt64Bits(value) & Fraction) == 0;
    }

    /// <summary>The least float above a value that is a float; +∞ stays.</summary>
    public static double Above(double value)
    {
        if (double.IsNaN(value) || double.IsPositiveInfinity(value))
        {
            return value;
        }

        if (value == 0)
        {
            return float.Epsilon;
        }

        var bits = BitConverter.ToInt32(BitConverter.GetBytes((float)value), 0);
        return BitConverter.ToSingle(BitConverter.GetBytes(value > 0 ? bits + 1 : bits - 1), 0);
    }

    /// <summary>The largest float below a value that is a float; −∞ stays.</summary>
    public static double Below(double value) => -Above(-value);
}
