using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>
/// A number in double with how far, to first order, the same computation in float32 may be from it: each operation rounds by half a unit in
/// the last place, elementary functions by the 4 units that they promise, and errors of operands are carried on by the derivative.
/// </summary>
/// <param name="Value">The number. What overflows float32 is infinite here too.</param>
/// <param name="Error">Absolute; ∞ where float32 does not determine the result.</param>
internal readonly record struct Bounded(double Value, double Error)
{
    /// <summary>Half a unit in the last place of float32, relative.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    /// <summary>Half of the smallest number: what an operation loses below the normal range.</summary>
    private static readonly double Smallest = Math.Pow(2, -150);

    /// <summary>Elementary functions may return 0 where the result is below the least normal number.</summary>
    private static readonly double LeastNormal = Math.Pow(2, -126);

    public static implicit operator Bounded(double exact) => new(exact, 0);

    /// <summary>A constant, which is rounded to float32 where it is printed.</summary>
    public static Bounded Constant(double value) => new(value, double.IsFinite(value) ? Math.Abs(value - (float)value) : 0);

    public static Bounded operator +(Bounded a, Bounded b) => Rounded(a.Value + b.Value, a.Error + b.Error);

    public static Bounded operator -(Bounded a, Bounded b) => Rounded(a.Value - b.Value, a.Error + b.Error);

    /// <remarks>Infinity times what is not 0 is infinite, whatever the error of that.</remarks>
    public static Bounded operator *(Bounded a, Bounded b) => (a.IsInfinite && b.IsNotZero) || (b.IsInfinite && a.IsNotZero)
        ? a.Value * b.Value
        : Rounded(a.Value * b.Value, Product(a.Value, b.Error) + Product(b.Value, a.Error) + Product(a.Error, b.Error));

    /// <summary>a·b + c, whose product is not rounded and does not overflow.</summary>
    public static Bounded FusedMultiplyAdd(Bounded a, Bounded b, Bounded c) =>
        Rounded((a.Value * b.Value) + c.Value, Product(a.Value, b.Error) + Product(b.Value, a.Error) + Product(a.Error, b.Error) + c.Error);

    public static Bounded operator /(Bounded a, Bounded b)
    {
        var quotient = a.Value / b.Value;
        if (a.IsInfinite && b.IsNotZero)
        {
            return quotient;
        }

        if (b.Error > 0 && !(Math.Abs(b.Value) > b.Error))
        {
            return new Bounded(quotient, double.PositiveInfinity);
        }

        return Rounded(quotient, (a.Error + Product(quotient, b.Error)) / (b.Error == 0 ? Math.Abs(b.Value) : Math.Abs(b.Value) - b.Error));
    }

    /// <summary>Whether float32 is sure to be infinite too.</summary>
    private bool IsInfinite => double.IsInfinity(Value) && Error == 0;

    /// <summary>Whether float32 has the sign of the number.</summary>
    private bool IsNotZero => Math.Abs(Value) > Error;

    public static Bounded Max(Bounded a, Bounded b) => new(Math.Max(a.Value, b.Value), Math.Max(a.Error, b.Error));

    public static Bounded Min(Bounded a, Bounded b) => new(Math.Min(a.Value, b.Value), Math.Max(a.Error, b.Error));

    /// <summary>Where the sign is open, as that of a NaN is, either sign is allowed.</summary>
    public static Bounded CopySign(Bounded size, Bounded sign)
    {
        var value = Math.CopySign(size.Value, sign.Value);
        return double.IsNaN(sign.Value) || Math.Abs(sign.Value) < sign.Error || (sign.Error > 0 && sign.Value == 0)
            ? new Bounded(value, size.Error + (2 * Math.Abs(value)))
            : new Bounded(value, size.Error);
    }

    /// <summary>Whether float32 may find either answer.</summary>
    public static bool IsOpen(Bounded a, Bounded b) => Math.Abs(a.Value - b.Value) <= a.Error + b.Error && a.Error + b.Error > 0;

    /// <summary>Whether float32 may have this result. Below the normal range it may be 0; where it determines none, anything.</summary>
    public bool Allows(float actual) =>
        !double.IsFinite(Error)
        || (double.IsNaN(Value) ? float.IsNaN(actual)
            : double.IsInfinity(Value) ? actual == Value
            : Math.Abs(actual - Value) <= Error || (actual == 0 && Math.Abs(Value) < LeastNormal));

    /// <summary>What either branch may give.</summary>
    public static Bounded Either(Bounded chosen, Bounded other) =>
        new(chosen.Value, Math.Max(chosen.Error, Math.Abs(chosen.Value - other.Value) + other.Error));

    public Bounded Apply(UnaryOperator op)
    {
        var (x, e) = (Value, Error);
        switch (op)
        {
            case UnaryOperator.Negate:
                return new Bounded(-x, e);
            case UnaryOperator.Abs:
                return new Bounded(Math.Abs(x), e);
            case UnaryOperator.NaNUnlessFinite:
                return new Bounded(double.IsFinite(x) ? x : double.NaN, e);
            case UnaryOperator.Sqrt:
                var root = Math.Sqrt(x);
                return e > 0 && !(x > e)
                    ? new Bounded(root, e == 0 ? 0 : Math.Sqrt(Math.Abs(x) + e))
                    : Rounded(root, e == 0 ? 0 : e / (2 * Math.Sqrt(x - e)));
            case UnaryOperator.Exp:
                return Exponential(Math.Exp(x), Math.Exp(x - e), Grown(Math.Exp(x), e));
            case UnaryOperator.Exp2:
                return Exponential(Math.Pow(2, x), Math.Pow(2, x - e), Grown(Math.Pow(2, x), e * Math.Log(2)));
            case UnaryOperator.Log:
                return Elementary(Math.Log(x), e == 0 ? 0 : x > e ? e / (x - e) : double.PositiveInfinity);
            case UnaryOperator.Log2:
                return Elementary(Math.Log2(x), e == 0 ? 0 : x > e ? e / ((x - e) * Math.Log(2)) : double.PositiveInfinity);
            case UnaryOperator.Tanh:
                return Elementary(Math.Tanh(x), Carried(nearest => Math.Pow(Math.Cosh(nearest), -2)));
            case UnaryOperator.Erf:
                return Elementary(ErrorFunction.Erf(x), Carried(nearest => 2 / Math.Sqrt(Math.PI) * Math.Exp(-nearest * nearest)));
            case UnaryOperator.Sin:
                return Elementary(Math.Sin(x), Math.Min(2, (Math.Abs(Math.Cos(x)) * e) + (e * e)));
            case UnaryOperator.Cos:
                return Elementary(Math.Cos(x), Math.Min(2, (Math.Abs(Math.Sin(x)) * e) + (e * e)));
            default:
                throw new NotSupportedException(op.ToString());
        }
    }

    /// <summary>2^x, 0 below the flush bound, at which either may come out.</summary>
    public Bounded FlushedExp2(double flushBelow)
    {
        var power = Value < flushBelow ? 0 : Math.Pow(2, Value);
        return Math.Abs(Value - flushBelow) <= Error ? new Bounded(power, Math.Pow(2, flushBelow) * 2)
            : Value < flushBelow ? 0
            : new Bounded(power, Grown(power, Error * Math.Log(2)) + (4 * Rounding * power));
    }

    /// <summary>Rounding of a result that the errors of the operands have already been carried to.</summary>
    public static Bounded Rounded(double value, double error)
    {
        if (Math.Abs(value) > float.MaxValue)
        {
            // Whether it overflows may itself be open.
            return double.IsFinite(value) && Math.Abs(value) * (1 - Rounding) - error <= float.MaxValue
                ? new Bounded(value, double.PositiveInfinity)
                : new Bounded(value > 0 ? double.PositiveInfinity : double.NegativeInfinity, double.IsInfinity(error) ? error : 0);
        }

        return new Bounded(value, double.IsFinite(value) ? error + (Rounding * (Math.Abs(value) + error)) + Smallest : error);
    }

    /// <summary>
    /// The error of a function between −1 and 1 that is steepest at 0: by its slope at the place nearest to 0 that x may be at.
    /// </summary>
    private double Carried(Func<double, double> slope) =>
        Error == 0 ? 0 : Math.Min(2, slope(Math.Max(0, Math.Abs(Value) - Error)) * Error);

    /// <summary>The error of f(x), f' = f, beyond first order where the error is large.</summary>
    private static double Grown(double value, double error) => error == 0 ? 0 : value * (Math.Exp(Math.Min(error, 700)) - 1);

    private static double Product(double factor, double error) => error == 0 ? 0 : Math.Abs(factor) * error;

    /// <summary>Infinity where even the least that the exponential may be overflows float32.</summary>
    private static Bounded Exponential(double value, double least, double error) =>
        least * (1 - (8 * Rounding)) > float.MaxValue ? double.PositiveInfinity : Elementary(value, error);

    /// <summary>4 units in the last place are 8 half units.</summary>
    private static Bounded Elementary(double value, double error)
    {
        var rounded = Rounded(value, error);
        return double.IsFinite(rounded.Value)
            ? rounded with { Error = rounded.Error + (7 * Rounding * Math.Abs(value)) + LeastNormal }
            : rounded;
    }
}
