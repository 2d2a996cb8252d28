using KernelGen.Generator.Values;

namespace KernelGen.Generator.Positions;

/// <summary>
/// A whole number that depends on where tokens are: a constant and terms, each times a factor. Terms that are equal are one, so that
/// what cancels is gone: `query − key` and `query + 1 − (key + 1)` are the same value.
/// </summary>
/// <param name="Constant">The constant.</param>
/// <param name="Terms">The rest; no factor is 0.</param>
internal sealed record WholeNumber(long Constant, EquatableArray<ScaledTerm> Terms)
{
    /// <summary>What is moved further to the right is moved twice: an int does not hold 2^31, by which it would be divided.</summary>
    private const int MostBits = 30;

    public static implicit operator WholeNumber(long constant) => new(constant, []);

    public static implicit operator WholeNumber(Place place) => new(0, [new ScaledTerm(1, new Term.At(place))]);

    /// <exception cref="OverflowException">A factor or the constant leaves 64 bits; likewise those below.</exception>
    public static WholeNumber operator +(WholeNumber a, WholeNumber b)
    {
        var terms = a.Terms.ToList();
        foreach (var term in b.Terms)
        {
            var place = terms.FindIndex(other => other.Term == term.Term);
            if (place < 0)
            {
                terms.Add(term);
                continue;
            }

            terms[place] = new ScaledTerm(checked(terms[place].Factor + term.Factor), term.Term);
        }

        // In one order, so that equal sums are equal.
        return new WholeNumber(
            checked(a.Constant + b.Constant),
            [.. terms.Where(term => term.Factor != 0).OrderBy(term => term.Term.ToString(), StringComparer.Ordinal)]);
    }

    public static WholeNumber operator -(WholeNumber a) => a.Times(-1);

    public static WholeNumber operator -(WholeNumber a, WholeNumber b) => a + -b;

    public static WholeNumber operator *(WholeNumber a, WholeNumber b) =>
        b.IsConstant ? a.Times(b.Constant) : a.IsConstant ? b.Times(a.Constant) : Of(new Term.Product(a, b));

    /// <summary>a / b without the rest, towards zero, as C# divides.</summary>
    public static WholeNumber operator /(WholeNumber a, long b) =>
        b == 1 ? a : a.IsConstant ? a.Constant / b : Of(new Term.Quotient(a, b, IsFloor: false));

    /// <summary>The rest of <see cref="op_Division"/>, which has the sign of a.</summary>
    public static WholeNumber operator %(WholeNumber a, WholeNumber b) =>
        b == 1 ? 0 : a.IsConstant && b.IsConstant ? a.Constant % b.Constant : Of(new Term.Remainder(a, b));

    public static WholeNumber Max(WholeNumber a, WholeNumber b) => Extremum(isMax: true, a, b);

    public static WholeNumber Min(WholeNumber a, WholeNumber b) => Extremum(isMax: false, a, b);

    /// <summary>The value at <paramref name="shift"/> bits to the left.</summary>
    public static WholeNumber ShiftLeft(WholeNumber value, WholeNumber shift) =>
        shift.IsConstant ? value.Times(1L << (int)shift.Constant) : Of(new Term.Shifted(value, shift, IsLeft: true));

    /// <summary>The value at <paramref name="shift"/> bits to the right, rounded down.</summary>
    public static WholeNumber ShiftRight(WholeNumber value, WholeNumber shift) =>
        !shift.IsConstant ? Of(new Term.Shifted(value, shift, IsLeft: false))
        : shift.Constant <= MostBits ? value.FloorOver(1L << (int)shift.Constant)
        : value.FloorOver(1L << MostBits).FloorOver(1L << (int)(shift.Constant - MostBits));

    /// <summary>A number of each head; all heads have one.</summary>
    public static WholeNumber ByHead(IReadOnlyList<long> numbers) =>
        numbers.All(number => number == numbers[0]) ? numbers[0] : Of(new Term.Table([.. numbers]));

    public bool IsConstant => Terms.Count == 0;

    /// <summary>How many numbers and terms it is made of.</summary>
    public int Size => 1 + Terms.Sum(term => term.Term.Size);

    /// <summary>Whether it is at least 0 wherever tokens are: positions, heads and counts are.</summary>
    public bool IsSurelyNotNegative => Constant >= 0 && Terms.All(term => term.Factor > 0 && term.Term.IsSurelyNotNegative);

    /// <summary>Whether it can be told that it is at most another, wherever tokens are.</summary>
    public bool IsSurelyAtMost(WholeNumber other) =>
        (other - this).IsSurelyNotNegative
        || (this is { Constant: 0, Terms: [{ Factor: 1, Term: Term.Extremum extremum }] }
            && (extremum.IsMax
                ? extremum.Left.IsSurelyAtMost(other) && extremum.Right.IsSurelyAtMost(other)
                : extremum.Left.IsSurelyAtMost(other) || extremum.Right.IsSurelyAtMost(other)));

    public override string ToString() => RelationText.Describe(this, place => place.ToString());

    /// <summary>⌊this / divisor⌋.</summary>
    /// <param name="divisor">At least 1.</param>
    public WholeNumber FloorOver(long divisor) =>
        divisor == 1 ? this
        : IsConstant ? FloorDivide(Constant, divisor)
        : Of(new Term.Quotient(this, divisor, IsFloor: true));

    /// <summary>⌈this / divisor⌉.</summary>
    /// <param name="divisor">At least 1.</param>
    public WholeNumber CeilingOver(long divisor) => -(-this).FloorOver(divisor);

    /// <summary>The numbers of tokens that it is made of.</summary>
    public IEnumerable<Term.OfToken> TokenNumbers => Terms.SelectMany(term => term.Term.TokenNumbers).Distinct();

    public bool DependsOn(Place place) => Terms.Any(term => term.Term.DependsOn(place));

    /// <summary>Without its terms that depend on a place, and these.</summary>
    public (WholeNumber Others, IReadOnlyList<ScaledTerm> Dependent) Without(Place place) =>
        (this with { Terms = [.. Terms.Where(term => !term.Term.DependsOn(place))] },
            [.. Terms.Where(term => term.Term.DependsOn(place))]);

    /// <summary>The number with others in the place of some of its places.</summary>
    public WholeNumber Replace(Func<Place, WholeNumber> replacement) => Terms.Aggregate(
        (WholeNumber)Constant, (sum, term) => sum + term.Term.Replace(replacement).Times(term.Factor));

    /// <summary>The number at places that are known.</summary>
    /// <param name="place">What each place is.</param>
    /// <param name="token">The numbers of tokens; null: there are none in it.</param>
    public long Evaluate(Func<Place, long> place, Func<Term.OfToken, long>? token = null) =>
        Constant + Terms.Sum(term => term.Factor * term.Term.Evaluate(
            place, token ?? (own => throw new InvalidOperationException($"Nothing says what {own} is."))));

    public static WholeNumber Of(Term term) => new(0, [new ScaledTerm(1, term)]);

    public static long FloorDivide(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);

    private static WholeNumber Extremum(bool isMax, WholeNumber a, WholeNumber b)
    {
        // Which of the two it is may be known.
        var difference = isMax ? a - b : b - a;
        return difference.IsSurelyNotNegative ? a
            : (-difference).IsSurelyNotNegative ? b
            : Of(new Term.Extremum(isMax, a, b));
    }

    private WholeNumber Times(long factor) => factor == 0
        ? 0
        : new WholeNumber(
            checked(Constant * factor), [.. Terms.Select(term => term with { Factor = checked(term.Factor * factor) })]);
}

/// <summary>A term of a sum.</summary>
internal sealed record ScaledTerm(long Factor, Term Term);
