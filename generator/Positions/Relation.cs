namespace KernelGen.Generator.Positions;

/// <summary>What is asked of whole numbers. There is no "not": its operand is turned round where it is written.</summary>
/// <param name="Size">How many comparisons it is made of; those that are used twice are counted twice.</param>
internal abstract record Relation(double Size)
{
    /// <summary>Sums with more extrema are compared as they are: each doubles what a comparison comes to.</summary>
    private const int MostExtrema = 6;

    public static Relation Always { get; } = new Known(true);

    public static Relation Never { get; } = new Known(false);

    public static Relation operator &(Relation a, Relation b) =>
        a == Never || b == Always || a == b ? a : a == Always || b == Never ? b : new Both(a, b);

    public static Relation operator |(Relation a, Relation b) =>
        a == Always || b == Never || a == b ? a : a == Never || b == Always ? b : new Either(a, b);

    public static Relation operator !(Relation a) => a.Match(
        known: known => known.Holds ? Never : Always,
        notNegative: number => AtLeast(-1 - number.Number, 0),
        both: both => !both.Left | !both.Right,
        either: either => !either.Left & !either.Right);

    public static Relation AtLeast(WholeNumber a, WholeNumber b)
    {
        var difference = a - b;
        if (difference.IsSurelyNotNegative || (-1 - difference).IsSurelyNotNegative)
        {
            return difference.IsSurelyNotNegative ? Always : Never;
        }

        // The larger of two numbers is at most a third where both are, and so on: what is left are sums.
        if (difference.Terms.FirstOrDefault(term => term.Term is Term.Extremum) is not { } scaled
            || Extrema(difference) > MostExtrema)
        {
            return new NotNegative(difference);
        }

        var extremum = (Term.Extremum)scaled.Term;
        var others = difference with { Terms = [.. difference.Terms.Where(term => term != scaled)] };
        var (left, right) = (others + (extremum.Left * scaled.Factor), others + (extremum.Right * scaled.Factor));
        return extremum.IsMax == scaled.Factor > 0
            ? AtLeast(left, 0) | AtLeast(right, 0)
            : AtLeast(left, 0) & AtLeast(right, 0);
    }

    private static int Extrema(WholeNumber number) => number.Terms.Sum(term =>
        term.Term is Term.Extremum extremum ? 1 + Extrema(extremum.Left) + Extrema(extremum.Right) : 0);

    public static Relation AtMost(WholeNumber a, WholeNumber b) => AtLeast(b, a);

    public static Relation More(WholeNumber a, WholeNumber b) => AtLeast(a, b + 1);

    public static Relation Less(WholeNumber a, WholeNumber b) => AtLeast(b, a + 1);

    public static Relation Equal(WholeNumber a, WholeNumber b) => AtLeast(a, b) & AtMost(a, b);

    public abstract T Match<T>(Func<Known, T> known, Func<NotNegative, T> notNegative, Func<Both, T> both, Func<Either, T> either);

    public sealed override string ToString() => RelationText.Describe(this, place => place.ToString());

    /// <inheritdoc cref="WholeNumber.Evaluate"/>
    public bool Evaluate(Func<Place, long> place, Func<Term.OfToken, long>? token = null) => Match(
        known => known.Holds, number => number.Number.Evaluate(place, token) >= 0,
        both => both.Left.Evaluate(place, token) && both.Right.Evaluate(place, token),
        either => either.Left.Evaluate(place, token) || either.Right.Evaluate(place, token));

    /// <summary>The relation with each of its comparisons replaced.</summary>
    public Relation Replace(Func<WholeNumber, Relation> replacement) => Match(
        known => known, number => replacement(number.Number), both => both.Left.Replace(replacement) & both.Right.Replace(replacement),
        either => either.Left.Replace(replacement) | either.Right.Replace(replacement));

    /// <summary>The numbers that are compared with 0.</summary>
    public IEnumerable<WholeNumber> Numbers() => Match<IEnumerable<WholeNumber>>(
        _ => [], number => [number.Number], both => both.Left.Numbers().Concat(both.Right.Numbers()),
        either => either.Left.Numbers().Concat(either.Right.Numbers()));

    /// <summary>The numbers of tokens that it asks for.</summary>
    public IEnumerable<Term.OfToken> TokenNumbers => Numbers().SelectMany(number => number.TokenNumbers).Distinct();

    public bool DependsOn(Place place) => Numbers().Any(number => number.DependsOn(place));

    /// <summary>It holds always, or never.</summary>
    public sealed record Known(bool Holds) : Relation(0)
    {
        public override T Match<T>(
            Func<Known, T> known, Func<NotNegative, T> notNegative, Func<Both, T> both, Func<Either, T> either) => known(this);
    }

    /// <summary>The number is at least 0.</summary>
    public sealed record NotNegative(WholeNumber Number) : Relation(1)
    {
        public override T Match<T>(
            Func<Known, T> known, Func<NotNegative, T> notNegative, Func<Both, T> both, Func<Either, T> either) => notNegative(this);
    }

    public sealed record Both(Relation Left, Relation Right) : Relation(Left.Size + Right.Size)
    {
        public override T Match<T>(
            Func<Known, T> known, Func<NotNegative, T> notNegative, Func<Both, T> both, Func<Either, T> either) => both(this);
    }

    public sealed record Either(Relation Left, Relation Right) : Relation(Left.Size + Right.Size)
    {
        public override T Match<T>(
            Func<Known, T> known, Func<NotNegative, T> notNegative, Func<Both, T> both, Func<Either, T> either) => either(this);
    }
}
