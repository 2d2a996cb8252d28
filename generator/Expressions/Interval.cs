namespace KernelGen.Generator.Expressions;

/// <summary>
/// The numbers from Low to High, both included. An operation on intervals holds every result of the float operation but NaN; it is empty
/// where there are no others.
/// </summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>More than the error of any function of the backends, as a part of the result.</summary>
    private const double Slack = 1e-5;

    public static Interval All { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    public static Interval Empty { get; } = new(double.PositiveInfinity, double.NegativeInfinity);

    public static Interval NonNegative { get; } = new(0, double.PositiveInfinity);

    public bool IsEmpty => !(Low <= High);

    public static Interval Of(double value) => double.IsNaN(value) ? Empty : new(value, value);

    /// <summary>Whether every number of this is one of another.</summary>
    public bool IsWithin(Interval other) => IsEmpty || (Low >= other.Low && High <= other.High);

    public Interval Intersect(Interval other) => new(Math.Max(Low, other.Low), Math.Min(High, other.High));

    public Interval Union(Interval other) =>
        IsEmpty ? other : other.IsEmpty ? this : new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    public static Interval operator -(Interval a) => new(-a.High, -a.Low);

    public static Interval operator +(Interval a, Interval b) =>
        a.IsEmpty || b.IsEmpty
            ? Empty
            : Hull([new(Unless(a.Low + b.Low, double.NegativeInfinity), Unless(a.High + b.High, double.PositiveInfinity))]);

    public static Interval operator -(Interval a, Interval b) => a + -b;

    public static Interval operator *(Interval a, Interval b) => a.IsEmpty || b.IsEmpty
        ? Empty
        : Hull(new[] { a.Low * b.Low, a.Low * b.High, a.High * b.Low, a.High * b.High }.Select(product => Of(Unless(product, 0))));

    /// <summary>Everything where the divisor may be 0, whose sign decides between +∞ and −∞.</summary>
    public static Interval operator /(Interval a, Interval b) => a.IsEmpty || b.IsEmpty
        ? Empty
        : b.Low <= 0 && b.High >= 0
            ? All
            : Hull(new[] { a.Low / b.Low, a.Low / b.High, a.High / b.Low, a.High / b.High }.Select(quotient => Of(Unless(quotient, 0))));

    public Interval Abs() => IsEmpty || Low >= 0 ? this : High <= 0 ? -this : new(0, Math.Max(-Low, High));

    public Interval Max(Interval other) =>
        IsEmpty || other.IsEmpty ? Empty : new(Math.Max(Low, other.Low), Math.Max(High, other.High));

    public Interval Min(Interval other) =>
        IsEmpty || other.IsEmpty ? Empty : new(Math.Min(Low, other.Low), Math.Min(High, other.High));

    /// <summary>
    /// The range of a function that rises: the values at the ends, made wider by the error of the function, but for the
    /// <paramref name="fixedPoint"/>, on whose two sides lie the results above and below <paramref name="there"/>.
    /// </summary>
    public Interval Rising(Func<double, double> function, double fixedPoint, double there, Interval range)
    {
        if (IsEmpty)
        {
            return Empty;
        }

        var low = Widen(function(Low), -Slack);
        var high = Widen(function(High), Slack);
        return Hull([new Interval(
            Low >= fixedPoint ? Math.Max(low, there) : low,
            High <= fixedPoint ? Math.Min(high, there) : high).Intersect(range)]);
    }

    private static double Widen(double value, double slack) => double.IsInfinity(value) ? value : value + (Math.Abs(value) * slack);

    /// <summary>
    /// Rounded and unrounded alike: a backend rounds a product that it fuses with a sum later, and every other result at once.
    /// </summary>
    private static Interval Hull(IEnumerable<Interval> parts)
    {
        var hull = parts.Aggregate(Empty, (all, part) => all.Union(part));
        return hull.Union(new(FloatMath.Round(hull.Low), FloatMath.Round(hull.High)));
    }

    private static double Unless(double value, double instead) => double.IsNaN(value) ? instead : value;
}
