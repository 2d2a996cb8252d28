using System.Collections.Immutable;

namespace KernelGen.Generator.Expressions;

/// <summary>
/// The sign of a product or quotient, from those of its factors, whatever they are rounded to: what is a factor twice has no say in it.
/// </summary>
/// <param name="IsNegative">Whether the factors whose sign is known make it negative.</param>
/// <param name="Open">The factors whose sign is not known and that occur an odd number of times.</param>
/// <param name="HoldsForZero">Whether it is the sign of a zero too, which a reciprocal shows.</param>
internal readonly record struct ProductSign(bool IsNegative, ImmutableHashSet<Expr> Open, bool HoldsForZero)
{
    /// <summary>The sign of an expression that is a factor as a whole.</summary>
    public static ProductSign Of(Expr factor, Interval range) =>
        range.Low >= 0 ? new(false, ImmutableHashSet<Expr>.Empty, range.Low > 0 || IsNeverMinusZero(factor))
        : range.High <= 0 ? new(true, ImmutableHashSet<Expr>.Empty, range.High < 0)
        : new(false, ImmutableHashSet.Create(factor), true);

    /// <summary>The numbers that have the sign.</summary>
    public Interval Range => !Open.IsEmpty ? Interval.All : IsNegative ? -Interval.NonNegative : Interval.NonNegative;

    public static ProductSign operator -(ProductSign sign) => sign with { IsNegative = !sign.IsNegative };

    public static ProductSign operator *(ProductSign a, ProductSign b) =>
        new(a.IsNegative ^ b.IsNegative, a.Open.SymmetricExcept(b.Open), a.HoldsForZero && b.HoldsForZero);

    /// <summary>Whether a zero that it is, is +0.</summary>
    private static bool IsNeverMinusZero(Expr factor) =>
        factor is Expr.Unary { Operator: UnaryOperator.Abs or UnaryOperator.Exp or UnaryOperator.Exp2 };
}
