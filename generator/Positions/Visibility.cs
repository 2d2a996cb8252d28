namespace KernelGen.Generator.Positions;

/// <summary>
/// Which keys a query sees: a relation of the two positions, from which everything else follows: the ranges of keys that a tile of queries
/// sees, the ranges of queries that see a tile of keys, whether two tiles see each other wholly or not at all, the mask, and whether a
/// later token can be seen.
/// </summary>
/// <param name="Sees">
/// Of <see cref="Place.Query"/>, <see cref="Place.Key"/>, <see cref="Place.Head"/> and <see cref="Place.Keys"/>.
/// </param>
internal sealed record Visibility(Relation Sees)
{
    /// <summary>The most ANDs that an OR is made of; beyond them every key is visited.</summary>
    private const int MostClauses = 16;

    /// <summary>Every query sees every key.</summary>
    public static Visibility All { get; } = new(Relation.Always);

    /// <summary>A query sees itself and what is before it.</summary>
    public static Visibility Causal { get; } = new(Relation.AtMost(Place.Key, Place.Query));

    public bool IsAll => Sees == Relation.Always;

    public override string ToString() => Sees.ToString();

    /// <summary>What is seen by both.</summary>
    public Visibility And(Visibility other) => new(Sees & other.Sees);

    /// <summary>Holds wherever some pair of two tiles sees each other.</summary>
    public Relation Possibly => TileBounds.Possibly(Sees);

    /// <summary>Holds only where all pairs of two tiles see each other.</summary>
    public Relation Surely => TileBounds.Surely(Sees);

    /// <summary>
    /// The keys that a tile of queries sees lie in these ranges, which may overlap. They depend on the first and last query.
    /// </summary>
    public IReadOnlyList<TokenRange> KeyRanges => Ranges(Place.Key);

    /// <summary>The queries that see a tile of keys lie in these ranges, which depend on the first and last key.</summary>
    public IReadOnlyList<TokenRange> QueryRanges => Ranges(Place.Query);

    /// <summary>The comparisons of positions that no range of keys says. Numbers of tokens have none by their nature.</summary>
    public IReadOnlyList<Relation> OnlyMasked
    {
        get
        {
            var all = Sees.Numbers().Distinct()
                .Where(number => number.DependsOn(Place.Key) && !number.TokenNumbers.Any()
                    && !RangeSolver.Solve(Place.Key, [number]).IsExact).ToList();

            // An equation is two comparisons, and so are both sides of a number that is not another.
            return
            [
                .. all.Where((number, place) => !all.Take(place).Contains(-number))
                    .Select(number => all.Contains(-number)
                        ? Relation.Equal(number, 0)
                        : (Relation)new Relation.NotNegative(number)),
            ];
        }
    }

    /// <summary>Whether it can be shown that no query sees a later key.</summary>
    public bool IsCausal => KeyRanges.All(range =>
        range.To is { } to && to.Replace(OfOneQuery).IsSurelyAtMost(OfOneQuery(Place.FirstQuery) + 1));

    /// <summary>How far back a query sees, itself included, beyond the first <see cref="Sinks"/> keys; null: to the first key.</summary>
    public long? Window => Reach().Window;

    /// <summary>The first keys that every query may see, if there is a <see cref="Window"/>.</summary>
    public long Sinks => Reach().Sinks;

    /// <summary>The numbers of tokens that it asks for.</summary>
    public IReadOnlyList<Term.OfToken> TokenNumbers => [.. Sees.TokenNumbers];

    private IReadOnlyList<TokenRange> Ranges(Place axis) => Clauses(Sees) is { Count: <= MostClauses } clauses
        ? [.. clauses.Select(clause => RangeSolver.Solve(axis, clause)).Where(range => range.Condition != Relation.Never).Distinct()]
        : [new TokenRange(0, null, Relation.Always, IsExact: false)];

    /// <summary>An OR of ANDs.</summary>
    private static IReadOnlyList<IReadOnlyList<WholeNumber>> Clauses(Relation relation) =>
        relation.Match<IReadOnlyList<IReadOnlyList<WholeNumber>>>(
            known => known.Holds ? [[]] : [],
            number => [[number.Number]],
            both => Clauses(both.Left) is var left && Clauses(both.Right) is var right && left.Count * right.Count <= MostClauses
                ? [.. left.SelectMany(_ => right, (a, b) => (IReadOnlyList<WholeNumber>)[.. a, .. b])]
                : TooMany,
            either => Clauses(either.Left) is var left && Clauses(either.Right) is var right && left.Count + right.Count <= MostClauses
                ? [.. left, .. right]
                : TooMany);

    private static IReadOnlyList<IReadOnlyList<WholeNumber>> TooMany { get; } =
        [.. Enumerable.Repeat<IReadOnlyList<WholeNumber>>([], MostClauses + 1)];

    private (long? Window, long Sinks) Reach()
    {
        long window = 0, sinks = 0;
        foreach (var range in KeyRanges)
        {
            if (range.To is { } to && EndOf(to) is { } end)
            {
                sinks = Math.Max(sinks, end);
            }
            else if (BackOf(range.From.Replace(OfOneQuery)) is { } most)
            {
                window = Math.Max(window, most);
            }
            else
            {
                return (null, 0);
            }
        }

        return (window, sinks);
    }

    /// <summary>How many tokens from a first one to the query: the largest lower bound counts.</summary>
    private static long? BackOf(WholeNumber from) =>
        MostOfHeads(OfOneQuery(Place.FirstQuery) + 1 - from) is { } back ? back
        : from is { Constant: 0, Terms: [{ Factor: 1, Term: Term.Extremum { IsMax: true } largest }] }
            ? (BackOf(largest.Left), BackOf(largest.Right)) switch
            {
                ({ } left, { } right) => Math.Min(left, right),
                var (left, right) => left ?? right,
            }
        : null;

    /// <summary>No head has more; null where it is no number of the head alone.</summary>
    private static long? MostOfHeads(WholeNumber number) => number.Terms.All(term => term.Term is Term.Table)
        ? number.Constant + number.Terms.Sum(term => ((Term.Table)term.Term).Numbers.Max(of => of * term.Factor))
        : null;

    /// <summary>What an end is never beyond, whatever the query is.</summary>
    private static long? EndOf(WholeNumber to) =>
        to.IsConstant ? to.Constant
        : to is { Constant: 0, Terms: [{ Factor: 1, Term: Term.Extremum { IsMax: false } least }] }
            ? (EndOf(least.Left), EndOf(least.Right)) switch
            {
                ({ } left, { } right) => Math.Min(left, right),
                var (left, right) => left ?? right,
            }
        : null;

    /// <summary>A tile of one query.</summary>
    private static WholeNumber OfOneQuery(Place place) => place == Place.LastQuery ? Place.FirstQuery : place;
}
