using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Attributes.Masks;

/// <summary>What an expression of a mask evaluates to.</summary>
internal abstract record MaskValue
{
    /// <summary>More cases than anyone writes.</summary>
    public const int MostCases = 64;

    /// <summary>What could not be read.</summary>
    public static MaskValue Unknown { get; } = new None();

    /// <summary>One of two values.</summary>
    public static MaskValue Choose(Relation condition, MaskValue a, MaskValue b) => (a, b) switch
    {
        (Truth left, Truth right) => new Truth((condition & left.Relation) | (!condition & right.Relation)),
        (Whole left, Whole right) => Of(
            left.Cases.Select(one => (one.When & condition, one.Number)).Concat(
                right.Cases.Select(one => (one.When & !condition, one.Number)))),
        _ => Unknown,
    };

    /// <summary>A number made of two.</summary>
    public static MaskValue Combine(Whole a, Whole b, Func<WholeNumber, WholeNumber, WholeNumber> operation) => Of(
        a.Cases.SelectMany(_ => b.Cases, (one, other) => (one.When & other.When, operation(one.Number, other.Number))));

    /// <summary>A comparison of two numbers.</summary>
    public static MaskValue Compare(Whole a, Whole b, Func<WholeNumber, WholeNumber, Relation> comparison) => new Truth(
        a.Cases.SelectMany(_ => b.Cases, (one, other) => one.When & other.When & comparison(one.Number, other.Number))
            .Aggregate(Relation.Never, (either, one) => either | one));

    private static MaskValue Of(IEnumerable<(Relation When, WholeNumber Number)> cases)
    {
        return new Whole([.. cases.Where(one => one.When != Relation.Never).Take(MostCases + 1)]);
    }

    /// <summary>A whole number, which may be another in other cases; exactly one of them holds.</summary>
    public sealed record Whole(IReadOnlyList<(Relation When, WholeNumber Number)> Cases) : MaskValue
    {
        public Whole(WholeNumber number)
            : this([(Relation.Always, number)])
        {
        }

        /// <summary>The number where it is the same in all cases, and nothing but a literal.</summary>
        public long? Constant => Cases is [{ Number: { IsConstant: true } only }] ? only.Constant : null;
    }

    public sealed record Truth(Relation Relation) : MaskValue;

    private sealed record None : MaskValue;
}
