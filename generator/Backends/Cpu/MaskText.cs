using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Spells which of the tokens in the lanes of a vector the token of a row sees, or is seen by: as a mask. The lanes are consecutive
/// positions, so a comparison in which the lane's position stands alone is a count of lanes. Others are computed in whole numbers.
/// </summary>
internal static class MaskText
{
    /// <param name="relation">Of a query and a key.</param>
    /// <param name="lane">Whether the lanes are keys or queries.</param>
    /// <param name="row">The position of the row's token.</param>
    /// <param name="column">The position of the first lane's token.</param>
    /// <param name="other">The variables that hold other places.</param>
    public static string Print(Relation relation, Place lane, string row, string column, Func<Place, string> other)
    {
        return Text(relation);

        string Text(Relation part) => part.Match(
            known => $"{VectorText.Floats}.Mask({(known.Holds ? "true" : "false")})",
            number => Comparison(number.Number),
            both => both is { Left: Relation.NotNegative left, Right: Relation.NotNegative right } && left.Number == -right.Number
                ? Equality(left.Number)
                : $"({Text(both.Left)} & {Text(both.Right)})",
            either => $"({Text(either.Left)} | {Text(either.Right)})");

        string Comparison(WholeNumber number)
        {
            var (others, dependent) = number.Without(lane);
            return dependent switch
            {
                [] => $"{VectorText.Floats}.Mask({Scalar(others)} >= 0)",
                [{ Factor: -1, Term: Term.At }] => $"{VectorText.Floats}.First({Scalar(others + 1)} - {column})",
                [{ Factor: 1, Term: Term.At }] => $"~{VectorText.Floats}.First({Scalar(-others)} - {column})",
                _ => $"{VectorText.Floats}.NotNegativeWhole({Lanes(number)})",
            };
        }

        string Equality(WholeNumber number) => number.DependsOn(lane)
            ? $"{VectorText.Floats}.IsZeroWhole({Lanes(number)})"
            : $"{VectorText.Floats}.Mask({Scalar(number)} == 0)";

        string Scalar(WholeNumber number) =>
            RelationText.Print(number, place => place is Place.Query or Place.Key ? row : other(place));

        // A whole number in each lane: what is the same in all of them is computed once.
        string Lanes(WholeNumber number)
        {
            var (others, dependent) = number.Without(lane);
            var text = others == 0 ? "" : Whole(Scalar(others));
            foreach (var (factor, term) in dependent.Select(term => (term.Factor, term.Term)))
            {
                var product = factor == 1
                    ? LanesOf(term)
                    : Call("MultiplyWhole", LanesOf(term), Whole(RelationText.Print(factor, other)));
                text = text.Length == 0 ? product : Call("AddWhole", text, product);
            }

            return text;
        }

        string LanesOf(Term term) => term.Match(
            at: _ => Call("AddWhole", $"{VectorText.Floats}.WholeIndices", Whole(column)),
            quotient: quotient => quotient.IsFloor
                ? Call("ShiftRightWhole", Lanes(quotient.Dividend), RelationText.Print(BitsOf(quotient.Divisor), other))
                : Call("DivideWhole", Lanes(quotient.Dividend), RelationText.Print(quotient.Divisor, other)),
            remainder: remainder => Call("RemainderWhole", Lanes(remainder.Dividend), RelationText.Print(remainder.Divisor, other)),
            extremum: extremum => Call(extremum.IsMax ? "MaxWhole" : "MinWhole", Lanes(extremum.Left), Lanes(extremum.Right)),
            shifted: shifted => shifted.Bits.DependsOn(lane)
                ? throw new NotSupportedException($"{shifted} shifts each lane by another number.")
                : Call(
                    shifted.IsLeft ? "ShiftLeftWhole" : "ShiftRightWhole", Lanes(shifted.Value), $"({Scalar(shifted.Bits)}) & 31"),
            product: product => Call("MultiplyWhole", Lanes(product.Left), Lanes(product.Right)),
            remainderBound: bound => throw new NotSupportedException($"{bound} is a bound of tiles."));

        // Only shifts round down.
        static int BitsOf(long divisor) => Enumerable.Range(0, 31).Single(bits => 1L << bits == divisor);

        string Whole(string scalar) => $"{VectorText.Floats}.CreateWhole({scalar})";

        string Call(string name, string a, string b) => $"{VectorText.Floats}.{name}({a}, {b})";
    }
}
