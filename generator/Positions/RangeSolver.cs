namespace KernelGen.Generator.Positions;

/// <summary>
/// Finds in closed form which positions of one axis fulfil an AND of comparisons with some token of a tile of the other axis.
/// </summary>
internal sealed class RangeSolver
{
    /// <summary>Emitted code computes bounds in 64 bits, for as many tokens and heads as there can be.</summary>
    private const double MostOfBounds = 1L << 62;

    private readonly Place _axis;
    private readonly List<WholeNumber> _from = [];
    private readonly List<WholeNumber> _to = [];
    private Relation _condition = Relation.Always;
    private bool _isExact = true;

    private RangeSolver(Place axis) => _axis = axis;

    /// <param name="axis"><see cref="Place.Key"/> or <see cref="Place.Query"/>, the axis of the positions.</param>
    /// <param name="clause">Numbers that are all to be at least 0.</param>
    public static TokenRange Solve(Place axis, IEnumerable<WholeNumber> clause)
    {
        var solver = new RangeSolver(axis);
        foreach (var number in clause)
        {
            try
            {
                solver.NotNegative(number);
            }
            catch (OverflowException)
            {
                solver.Unknown();
            }
        }

        return new TokenRange(
            solver._from.Count == 0 ? 0 : solver._from.Aggregate(WholeNumber.Max),
            solver._to.Count == 0 ? null : solver._to.Aggregate(WholeNumber.Min), solver._condition, solver._isExact);
    }

    private void NotNegative(WholeNumber number)
    {
        // Divisors within one another multiply.
        var range = new NumberRange(int.MaxValue, int.MaxValue);
        range.Of(number);
        if (range.Largest > MostOfBounds)
        {
            Unknown();
            return;
        }

        var (others, dependent) = number.Without(_axis);
        if (dependent.Count == 0)
        {
            _condition &= TileBounds.Possibly(Relation.AtLeast(number, 0));
            return;
        }

        if (dependent is not [var (factor, term)] || TileBounds.Most(others) is not { } most)
        {
            _isExact = false;
            return;
        }

        if (factor > 0)
        {
            AtLeast(term, (-most).CeilingOver(factor));
        }
        else
        {
            AtMost(term, most.FloorOver(-factor));
        }
    }

    private void AtLeast(Term term, WholeNumber bound) => _ = term.Match(
        at: _ => Done(() => _from.Add(bound)),
        quotient: quotient =>
        {
            // Towards zero, the numbers above -divisor give 0 too.
            var isFloor = quotient.IsFloor || quotient.Dividend.IsSurelyNotNegative;
            NotNegative(quotient.Dividend - (bound * quotient.Divisor) + (isFloor ? 0 : quotient.Divisor - 1));
            return true;
        },
        remainder: _ => Unknown(),
        extremum: extremum => extremum.IsMax ? Unknown() : Done(() =>
        {
            NotNegative(extremum.Left - bound);
            NotNegative(extremum.Right - bound);
        }),
        shifted: shifted => shifted.Bits.DependsOn(_axis) ? Unknown() : Done(() => NotNegative(shifted.IsLeft
            ? shifted.Value + WholeNumber.ShiftRight(-bound, shifted.Bits)
            : shifted.Value - WholeNumber.ShiftLeft(bound, shifted.Bits))),
        product: _ => Unknown(),
        remainderBound: _ => Unknown(),
        table: _ => Unknown(),
        ofToken: _ => Unknown());

    private void AtMost(Term term, WholeNumber bound) => _ = term.Match(
        at: _ => Done(() => _to.Add(bound + 1)),
        quotient: quotient => Done(() => NotNegative((bound * quotient.Divisor) + (quotient.Divisor - 1) - quotient.Dividend)),
        remainder: _ => Unknown(),
        extremum: extremum => !extremum.IsMax ? Unknown() : Done(() =>
        {
            NotNegative(bound - extremum.Left);
            NotNegative(bound - extremum.Right);
        }),
        shifted: shifted => shifted.Bits.DependsOn(_axis) ? Unknown() : Done(() => NotNegative(shifted.IsLeft
            ? WholeNumber.ShiftRight(bound, shifted.Bits) - shifted.Value
            : WholeNumber.ShiftLeft(bound + 1, shifted.Bits) - 1 - shifted.Value)),
        product: _ => Unknown(),
        remainderBound: _ => Unknown(),
        table: _ => Unknown(),
        ofToken: _ => Unknown());

    private static bool Done(Action action)
    {
        action();
        return true;
    }

    private bool Unknown() => _isExact = false;
}
