namespace KernelGen.Generator.Positions;

/// <summary>
/// What numbers and relations of a pair of tokens are for all pairs of two tiles: the numbers between two bounds, the relations for some
/// pair or for every one. It errs on one side only: what holds for some pair is never denied, what is said of every pair is true.
/// </summary>
internal static class TileBounds
{
    /// <summary>No pair of the tiles has less; null: it cannot be told.</summary>
    public static WholeNumber? Least(WholeNumber number) => Sum(number, isMost: false);

    /// <summary>No pair of the tiles has more; null: it cannot be told.</summary>
    public static WholeNumber? Most(WholeNumber number) => Sum(number, isMost: true);

    /// <summary>Holds wherever some pair of the tiles has the relation.</summary>
    public static Relation Possibly(Relation relation) =>
        relation.Replace(number => Most(number) is { } most ? Relation.AtLeast(most, 0) : Relation.Always);

    /// <summary>Holds only where every pair of the tiles has the relation.</summary>
    public static Relation Surely(Relation relation) =>
        relation.Replace(number => Least(number) is { } least ? Relation.AtLeast(least, 0) : Relation.Never);

    private static WholeNumber? Sum(WholeNumber number, bool isMost)
    {
        WholeNumber? sum = number.Constant;
        foreach (var (factor, term) in number.Terms.Select(term => (term.Factor, term.Term)))
        {
            sum = sum is not null && Of(term, isMost == factor > 0) is { } bound ? sum + (bound * factor) : null;
        }

        return sum;
    }

    private static WholeNumber? Of(Term term, bool isMost) => term.Match(
        at: at => at.Place == Place.Query ? (isMost ? Place.LastQuery : Place.FirstQuery)
            : at.Place == Place.Key ? (isMost ? Place.LastKey : Place.FirstKey)
            : at.Place,
        quotient: quotient => Sum(quotient.Dividend, isMost) is { } bound
            ? quotient.IsFloor ? bound.FloorOver(quotient.Divisor) : bound / quotient.Divisor
            : null,
        remainder: remainder => IsOne(remainder.Dividend) ? WholeNumber.Of(remainder)
            : (Least(remainder.Dividend), Most(remainder.Dividend)) is ({ } from, { } to)
            ? WholeNumber.Of(new Term.RemainderBound(isMost, from, to, remainder.Divisor))
            : isMost ? remainder.Divisor - 1
            : remainder.Dividend.IsSurelyNotNegative ? 0
            : 1 - remainder.Divisor,
        extremum: extremum => (Sum(extremum.Left, isMost), Sum(extremum.Right, isMost)) is ({ } left, { } right)
            ? extremum.IsMax ? WholeNumber.Max(left, right) : WholeNumber.Min(left, right)
            : null,
        shifted: shifted => IsOne(shifted.Bits) && Sum(shifted.Value, isMost) is { } value
            ? shifted.IsLeft ? WholeNumber.ShiftLeft(value, shifted.Bits) : WholeNumber.ShiftRight(value, shifted.Bits)
            : null,
        product: product => IsOne(product) ? WholeNumber.Of(product)
            : IsOne(product.Left) ? Of(product.Left, product.Right, isMost)
            : IsOne(product.Right) ? Of(product.Right, product.Left, isMost)
            : product.Left.IsSurelyNotNegative && product.Right.IsSurelyNotNegative
                && (Sum(product.Left, isMost), Sum(product.Right, isMost)) is ({ } left, { } right)
            ? left * right
            : null,
        remainderBound: bound => WholeNumber.Of(bound),
        table: table => WholeNumber.Of(table),
        ofToken: _ => null);

    /// <summary>The bound of a factor that is the same for all pairs times one that is not.</summary>
    private static WholeNumber? Of(WholeNumber factor, WholeNumber number, bool isMost)
    {
        if ((Least(number), Most(number)) is not ({ } least, { } most))
        {
            return null;
        }

        return factor.IsSurelyNotNegative ? factor * (isMost ? most : least)
            : isMost ? WholeNumber.Max(factor * least, factor * most)
            : WholeNumber.Min(factor * least, factor * most);
    }

    /// <summary>Whether it is the same number for all pairs.</summary>
    private static bool IsOne(WholeNumber number) => !number.DependsOn(Place.Query) && !number.DependsOn(Place.Key);

    private static bool IsOne(Term term) => !term.DependsOn(Place.Query) && !term.DependsOn(Place.Key);
}
