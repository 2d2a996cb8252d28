using System.Globalization;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Spells what the token of a row and the tokens in the lanes of a vector make: masks of which sees which, and numbers. The lanes are
/// consecutive positions, so a comparison in which the lane's position stands alone is a count of lanes. Others are computed in whole
/// numbers.
/// </summary>
/// <param name="Lane">Whether the lanes are keys or queries.</param>
/// <param name="Row">The position of the row's token.</param>
/// <param name="Column">The position of the first lane's token.</param>
/// <param name="Other">The variables that hold other places.</param>
/// <param name="Token">
/// The number of a token: of that of the row an int, of those in the lanes a vector of whole numbers.
/// </param>
internal sealed record MaskText(Place Lane, string Row, string Column, Func<Place, string> Other, Func<Term.OfToken, string> Token)
{
    /// <summary>The mask of a relation.</summary>
    public string Mask(Relation relation) => relation.Match(
        known => $"{VectorText.Floats}.Mask({(known.Holds ? "true" : "false")})",
        number => Comparison(number.Number),
        both => both is { Left: Relation.NotNegative left, Right: Relation.NotNegative right } && left.Number == -right.Number
            ? Equality(left.Number)
            : $"({Mask(both.Left)} & {Mask(both.Right)})",
        either => $"({Mask(either.Left)} | {Mask(either.Right)})");

    /// <summary>A number as floats.</summary>
    public string Number(WholeNumber number) => number.DependsOn(Lane)
        ? $"{VectorText.Floats}.FromWhole({Lanes(number)})"
        : $"{VectorText.Floats}.Create((float)({Scalar(number)}))";

    /// <summary>
    /// Whether a number changes by 1 or −1 from column to column: then what it is in the first columns of a row is computed once a row.
    /// </summary>
    public static int? StepOf(WholeNumber number, Place lane) =>
        number.Without(lane).Dependent is [{ Factor: var step, Term: Term.At }] && step is (1 or -1) ? (int)step : null;

    /// <summary>A number that has such a step in the first lanes of the row, as whole numbers.</summary>
    public string FirstLanes(WholeNumber number)
    {
        var others = number.Without(Lane).Others;
        return StepOf(number, Lane) > 0
            ? Call("AddWhole", $"{VectorText.Floats}.WholeIndices", Whole($"{Scalar(others)} + {Column}"))
            : Call("AddWhole", Call("MultiplyWhole", $"{VectorText.Floats}.WholeIndices", Whole("-1")), Whole($"{Scalar(others)} - {Column}"));
    }

    private string Comparison(WholeNumber number)
    {
        var (others, dependent) = number.Without(Lane);
        return dependent switch
        {
            [] => $"{VectorText.Floats}.Mask({Scalar(others)} >= 0)",
            [{ Factor: -1, Term: Term.At }] => $"{VectorText.Floats}.First({Scalar(others + 1)} - {Column})",
            [{ Factor: 1, Term: Term.At }] => $"~{VectorText.Floats}.First({Scalar(-others)} - {Column})",
            _ => $"{VectorText.Floats}.NotNegativeWhole({Lanes(number)})",
        };
    }

    private string Equality(WholeNumber number) => number.DependsOn(Lane)
        ? $"{VectorText.Floats}.IsZeroWhole({Lanes(number)})"
        : $"{VectorText.Floats}.Mask({Scalar(number)} == 0)";

    private string Scalar(WholeNumber number) =>
        RelationText.Print(number, place => place is Place.Query or Place.Key ? Row : Other(place), Token);

    /// <summary>A whole number in each lane: what is the same in all of them is computed once.</summary>
    private string Lanes(WholeNumber number)
    {
        var (others, dependent) = number.Without(Lane);

        // The position of a lane is that of the first and its number.
        var isPosition = dependent.Count(term => term is { Factor: 1, Term: Term.At }) == 1;
        var text = isPosition ? Whole(others == 0 ? Column : $"{Scalar(others)} + {Column}") : others == 0 ? "" : Whole(Scalar(others));
        foreach (var (factor, term) in dependent.Select(term => (term.Factor, term.Term)))
        {
            var lanes = isPosition && factor == 1 && term is Term.At ? $"{VectorText.Floats}.WholeIndices" : LanesOf(term);
            var product = factor == 1 ? lanes : Call("MultiplyWhole", lanes, Whole(Literal(factor)));
            text = text.Length == 0 ? product : Call("AddWhole", text, product);
        }

        return text;
    }

    private string LanesOf(Term term) => term.Match(
        at: _ => Call("AddWhole", $"{VectorText.Floats}.WholeIndices", Whole(Column)),
        quotient: quotient => quotient.IsFloor
            ? Call("ShiftRightWhole", Lanes(quotient.Dividend), Literal(BitsOf(quotient.Divisor)))
            : Call("DivideWhole", Lanes(quotient.Dividend), Literal(quotient.Divisor)),
        remainder: remainder => Call("RemainderWhole", Lanes(remainder.Dividend), Scalar(remainder.Divisor)),
        extremum: extremum => Call(
            extremum.IsMax ? "MaxWhole" : "MinWhole", LanesOrScalar(extremum.Left), LanesOrScalar(extremum.Right)),
        shifted: shifted => shifted.Bits.DependsOn(Lane)
            ? throw new NotSupportedException($"{shifted} shifts each lane by another number.")
            : Call(
                shifted.IsLeft ? "ShiftLeftWhole" : "ShiftRightWhole", Lanes(shifted.Value), $"({Scalar(shifted.Bits)}) & 31"),
        product: product => Call("MultiplyWhole", LanesOrScalar(product.Left), LanesOrScalar(product.Right)),
        remainderBound: bound => throw new NotSupportedException($"{bound} is a bound of tiles."),
        table: table => Whole(Scalar(WholeNumber.Of(table))),
        ofToken: Token);

    private string LanesOrScalar(WholeNumber number) => number.DependsOn(Lane) ? Lanes(number) : Whole(Scalar(number));

    /// <summary>Only shifts round down.</summary>
    private static int BitsOf(long divisor) => Enumerable.Range(0, 31).Single(bits => 1L << bits == divisor);

    private static string Literal(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Whole(string scalar) => $"{VectorText.Floats}.CreateWhole({scalar})";

    private static string Call(string name, string a, string b) => $"{VectorText.Floats}.{name}({a}, {b})";
}
