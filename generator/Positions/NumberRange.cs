using KernelGen.Formulas;

namespace KernelGen.Generator.Positions;

/// <summary>
/// Between which bounds whole numbers are, of so many positions and heads, and how large anything is that computing them takes. In doubles,
/// since what is looked for is what leaves the range of integers.
/// </summary>
internal sealed class NumberRange(double positions, double heads)
{
    /// <summary>A shift of an int has the last five bits of the number of bits.</summary>
    private const int LastBit = 31;

    /// <summary>No part of the numbers so far is larger.</summary>
    public double Largest { get; private set; }

    /// <summary>The bounds of a number.</summary>
    public (double Least, double Most) Of(WholeNumber number)
    {
        // A comparison may have what is added on one side and what is subtracted on the other.
        var (added, subtracted) = (Signed(number.Constant, 1), Signed(number.Constant, -1));
        foreach (var (factor, term) in number.Terms.Select(term => (term.Factor, term.Term)))
        {
            var (least, most) = Of(term);
            if (factor > 0)
            {
                added = (added.Least + (least * factor), added.Most + (most * factor));
            }
            else
            {
                subtracted = (subtracted.Least - (least * factor), subtracted.Most - (most * factor));
            }
        }

        Look(added);
        Look(subtracted);
        return Look((added.Least - subtracted.Most, added.Most - subtracted.Least));
    }

    private static (double Least, double Most) Signed(long constant, int sign)
    {
        var part = Math.Max(0, sign * (double)constant);
        return (part, part);
    }

    private (double Least, double Most) Look((double Least, double Most) range)
    {
        Largest = Math.Max(Largest, Math.Max(Math.Abs(range.Least), Math.Abs(range.Most)));
        return range;
    }

    private (double Least, double Most) Of(Term term) => term.Match(
        at: at => (0, Math.Max(0, at.Place switch
        {
            Place.Head => heads - 1,
            Place.Keys or Place.PresentKeys => positions,
            _ => positions - 1,
        })),
        quotient: quotient =>
        {
            var (least, most) = Of(quotient.Dividend);
            Look((quotient.Divisor, quotient.Divisor));
            return quotient.IsFloor
                ? (Math.Floor(least / quotient.Divisor), Math.Floor(most / quotient.Divisor))
                : (Math.Truncate(least / quotient.Divisor), Math.Truncate(most / quotient.Divisor));
        },
        remainder: remainder => Remainder(Of(remainder.Dividend), Of(remainder.Divisor).Most),
        extremum: extremum =>
        {
            var (left, right) = (Of(extremum.Left), Of(extremum.Right));
            return extremum.IsMax
                ? (Math.Max(left.Least, right.Least), Math.Max(left.Most, right.Most))
                : (Math.Min(left.Least, right.Least), Math.Min(left.Most, right.Most));
        },
        shifted: shifted =>
        {
            var (value, bits) = (Of(shifted.Value), Of(shifted.Bits));
            var isAsSaid = bits.Least >= 0 && bits.Most <= LastBit;
            var (fewest, most) = (Math.Pow(2, isAsSaid ? bits.Least : 0), Math.Pow(2, isAsSaid ? bits.Most : LastBit));
            return shifted.IsLeft
                ? Product(value, (fewest, most))
                : (Math.Floor(Math.Min(value.Least / fewest, value.Least / most)),
                    Math.Floor(Math.Max(value.Most / fewest, value.Most / most)));
        },
        product: product => Product(Of(product.Left), Of(product.Right)),
        remainderBound: bound =>
        {
            var (from, to) = (Of(bound.From), Of(bound.To));
            return Remainder((from.Least, to.Most), Of(bound.Divisor).Most);
        },
        table: table => (table.Numbers.Min(), table.Numbers.Max()),
        ofToken: _ => (-TokenNumbers.Most, TokenNumbers.Most));

    private static (double Least, double Most) Remainder((double Least, double Most) dividend, double divisor) =>
        (Math.Min(0, Math.Max(dividend.Least, 1 - divisor)), Math.Max(0, Math.Min(dividend.Most, divisor - 1)));

    private static (double Least, double Most) Product((double Least, double Most) a, (double Least, double Most) b)
    {
        double[] corners = [a.Least * b.Least, a.Least * b.Most, a.Most * b.Least, a.Most * b.Most];
        return (corners.Min(), corners.Max());
    }
}
