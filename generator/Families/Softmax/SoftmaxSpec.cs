using System.Globalization;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>What one [SoftmaxAttention] declares: exact attention, without random features.</summary>
/// <param name="HeadDim">d.</param>
/// <param name="ValueDim">dv.</param>
/// <param name="Visibility">Which keys a query sees.</param>
/// <param name="Score">What becomes of qᵀk/√d, a function of it and of positions; null: nothing.</param>
/// <param name="Heads">The only number of query heads that it is for; null: any.</param>
internal sealed record SoftmaxSpec(int HeadDim, int ValueDim, Visibility Visibility, ScalarFunction? Score = null, int? Heads = null)
    : AttentionSpec(HeadDim, ValueDim, Visibility.IsCausal)
{
    /// <summary>θ by which queries and keys are rotated by their positions; null: they are not.</summary>
    public float? RotaryTheta { get; init; }

    /// <summary>The distances that scores know keys of; null: they know none.</summary>
    public int? Distances { get; init; }

    /// <summary>What an attribute with sizes alone declares.</summary>
    public static SoftmaxSpec Example { get; } = new(HeadDim: 64, ValueDim: 64, Visibility.All);

    /// <summary>The numbers of tokens that its mask and its score ask for.</summary>
    public IReadOnlyList<Term.OfToken> TokenNumbers =>
        [.. Visibility.TokenNumbers.Concat(ScoreOptions.NumbersOf(Score).SelectMany(number => number.TokenNumbers)).Distinct()];

    /// <summary>The learned tables that its score reads.</summary>
    public IReadOnlyList<LearnedTable> Tables => [.. TableSlope.Entries(Score).Select(entry => entry.Table).Distinct()];

    /// <summary>
    /// The same of queries and distances: key d is the one so far before the query. There is none before the first key, so a query sees
    /// distances as it sees keys of causal attention; and none in the padding.
    /// </summary>
    public SoftmaxSpec ByDistance()
    {
        var present = Relation.Less((WholeNumber)Place.Query - Place.Key, Place.PresentKeys);
        return this with
        {
            Visibility = Visibility.Causal.And(new(present & Of(Visibility.Sees))),
            Score = Score is null ? null : Score with
            {
                Body = Score.Body.Replace(
                    part => part is Expr.Element { Variable: PositionValue value }
                        ? new Expr.Element(new PositionValue(value.Number.Replace(Back)))
                        : null,
                    asked => asked is PositionRelation relation ? new PositionRelation(Of(relation.Relation)) : asked),
            },
        };

        static Relation Of(Relation relation) => relation.Replace(number => Relation.AtLeast(number.Replace(Back), 0));

        static WholeNumber Back(Place place) => place == Place.Key ? (WholeNumber)Place.Query - Place.Key : place;
    }

    /// <summary>What its programs are called.</summary>
    public string ProgramName => Visibility.IsAll ? "softmax attention"
        : Visibility == Visibility.Causal ? "causal softmax attention"
        : "masked softmax attention";

    public override string Describe() =>
        $"Exact softmax attention: {DescribeSizes()}{DescribeMask()}{DescribeScore()}{DescribeHeads()}{DescribePositions()}.";

    private string DescribeHeads() => Heads is null ? "" : string.Format(CultureInfo.InvariantCulture, "; for {0} query heads", Heads);

    private string DescribePositions() =>
        RotaryTheta is { } theta ? $"; rotary positions, theta {theta.ToString("R", CultureInfo.InvariantCulture)}"
        : Distances is { } distances ? string.Format(CultureInfo.InvariantCulture, "; relative positions, {0} distances", distances)
        : "";

    private string DescribeScore() => Score is null ? "" : $"; scores become {Score.Name}";

    private string DescribeMask() => Visibility.IsAll || Visibility == Visibility.Causal
        ? ""
        : $"; a query sees a key if {RelationText.Describe(Visibility.Sees, place => place.ToString().ToLowerInvariant())}";
}
