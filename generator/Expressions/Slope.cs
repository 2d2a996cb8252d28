using static KernelGen.Generator.Expressions.Simplified;

namespace KernelGen.Generator.Expressions;

/// <summary>
/// A derivative in the making: a plain part, and rate · size for each exponential that is differentiated in it. e^g may be a float where
/// its derivative g′e^g is none. So g′, the rate, stays apart and comes last: what the derivative is multiplied with and divided by goes to
/// the sizes, which are then made as parts of the function itself are.
/// </summary>
internal sealed class Slope
{
    /// <summary>How many exponentials are kept apart. Each costs an operation wherever the derivative is multiplied.</summary>
    private const int MaxExponentials = 8;

    private readonly Expr? _plain, _divisor;
    private readonly IReadOnlyList<Exponential> _exponentials;

    /// <param name="plain">The part without exponentials, or null.</param>
    /// <param name="exponentials">The others.</param>
    /// <param name="divisor">What the sum of all is divided by, or null.</param>
    private Slope(Expr? plain, IReadOnlyList<Exponential> exponentials, Expr? divisor = null) =>
        (_plain, _exponentials, _divisor) = (plain, exponentials, divisor);

    public bool HasExponentials => _exponentials.Count > 0;

    /// <summary>All of it in one expression.</summary>
    public Expr Total
    {
        get
        {
            var sum = _exponentials.Select(part => Damped(part.Size, part.Rate))
                .Aggregate(_plain, (sum, part) => sum is null ? part : Plus(sum, part))!;
            return _divisor is null ? sum : Over(sum, _divisor);
        }
    }

    public Slope Negated =>
        new(_plain is null ? null : Minus(_plain), [.. _exponentials.Select(part => part with { Rate = Minus(part.Rate) })], _divisor);

    /// <summary>The same with each part divided on its own.</summary>
    private Slope Distributed => _divisor is null ? this : new Slope(_plain, _exponentials).Each(part => Over(part, _divisor));

    /// <summary>The plain part first, at the rate 1.</summary>
    private IReadOnlyList<Exponential> Parts => _plain is null ? _exponentials : [new Exponential(1, _plain), .. _exponentials];

    public static Slope Of(Expr plain) => new(plain, []);

    /// <param name="value">The exponential.</param>
    /// <param name="rate">The derivative of its exponent.</param>
    public static Slope OfExponential(Expr value, Expr rate) => new(null, [new Exponential(rate, value)]);

    /// <summary>The sum; null is 0.</summary>
    public static Slope? Sum(Slope? a, Slope? b)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        var (left, right) = (a.Distributed, b.Distributed);
        var plain = left._plain is null || right._plain is null ? left._plain ?? right._plain : Plus(left._plain, right._plain);
        var exponentials = left._exponentials.Concat(right._exponentials)
            .GroupBy(part => part.Size, part => part.Rate)
            .Select(rates => new Exponential(rates.Aggregate(Plus), rates.Key))
            .Where(part => !IsZero(part.Rate))
            .ToArray();
        return plain is null && exponentials.Length == 0 ? null : Limited(plain, exponentials);
    }

    /// <summary>The slope of the branch that is taken; null is 0.</summary>
    public static Slope? Choose(Condition condition, Slope? a, Slope? b)
    {
        if (a is null && b is null)
        {
            return null;
        }

        var (left, right) = (a?.Distributed.Parts ?? [], b?.Distributed.Parts ?? []);
        var parts = new List<Exponential>();
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var (x, y) = (left.ElementAtOrDefault(i), right.ElementAtOrDefault(i));
            parts.Add(new Exponential(
                ExprSimplifier.Choose(condition, (x ?? y)!.Rate, (y ?? x)!.Rate),
                ExprSimplifier.Choose(condition, x?.Size ?? 0, y?.Size ?? 0)));
        }

        var isPlain = a is null or { _plain: not null } && b is null or { _plain: not null };
        return isPlain ? Limited(parts[0].Size, [.. parts.Skip(1)]) : Limited(null, parts);
    }

    /// <summary>The slope with every part changed by what multiplies or divides it.</summary>
    public Slope Each(Func<Expr, Expr> operation) => _divisor is null
        ? new(_plain is null ? null : operation(_plain), [.. _exponentials.Select(part => part with { Size = operation(part.Size) })])
        : Distributed.Each(operation);

    public Slope TimesConstant(double factor) => new(
        _plain is null ? null : Times(factor, _plain),
        [.. _exponentials.Select(part => part with { Rate = Times(factor, part.Rate) })], _divisor);

    /// <summary>factor · slope, but 0 where the factor is 0, whatever the slope is.</summary>
    public Slope DampedBy(Expr factor) => Each(part => Damped(factor, part));

    /// <summary>The slope over an expression, in one division.</summary>
    public Slope DividedBy(Expr divisor) =>
        _divisor is null && Parts.Count > 1 ? new(_plain, _exponentials, divisor) : Each(part => Over(part, divisor));

    /// <summary>2a · a′, where this is a′. The 2 is a rate too: a · a may be a float where twice that is none.</summary>
    public Slope TimesTwice(Expr a, Expr square) => _divisor is null
        ? new(
            _plain is null ? null : Times(Plus(a, a), _plain),
            [.. _exponentials.Select(part => new Exponential(Times(2, part.Rate), part.Size == a ? square : Times(a, part.Size)))])
        : Distributed.TimesTwice(a, square);

    private static Slope Limited(Expr? plain, IReadOnlyList<Exponential> exponentials)
    {
        var slope = new Slope(plain, exponentials);
        return exponentials.Count <= MaxExponentials ? slope : Of(slope.Total);
    }

    private static bool IsZero(Expr rate) =>
        rate is Expr.Constant { Value: 0 } || (rate is Expr.Binary { Operator: BinaryOperator.Subtract } rest && rest.Left == rest.Right);

    private sealed record Exponential(Expr Rate, Expr Size);
}
