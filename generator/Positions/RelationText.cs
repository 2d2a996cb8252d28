using System.Globalization;
using KernelGen.Generator.Values;

namespace KernelGen.Generator.Positions;

/// <summary>Spells whole numbers and relations of positions: in C#, and in the notation of the paper for those who read.</summary>
internal sealed class RelationText
{
    private readonly Func<Place, string> _place;
    private readonly Func<Term.OfToken, string> _token;
    private readonly bool _isCode;

    private RelationText(Func<Place, string> place, Func<Term.OfToken, string>? token, bool isCode) =>
        (_place, _token, _isCode) = (place, token ?? (own => own.Parameter), isCode);

    /// <summary>A C# expression of a bool.</summary>
    /// <param name="relation">The relation.</param>
    /// <param name="place">The variable that holds a place.</param>
    /// <param name="token">The variable that holds a number of a token.</param>
    public static string Print(Relation relation, Func<Place, string> place, Func<Term.OfToken, string> token) =>
        new RelationText(place, token, isCode: true).Text(relation, false);

    /// <summary>A C# expression of a whole number.</summary>
    /// <inheritdoc cref="Print(Relation, Func{Place, string}, Func{Term.OfToken, string})"/>
    public static string Print(WholeNumber number, Func<Place, string> place, Func<Term.OfToken, string> token) =>
        new RelationText(place, token, isCode: true).Text(number);

    /// <summary>The relation as a reader wants it.</summary>
    /// <param name="relation">The relation.</param>
    /// <param name="place">The name of a place.</param>
    /// <param name="token">The name of a number of a token; null: the parameter that the user wrote.</param>
    public static string Describe(Relation relation, Func<Place, string> place, Func<Term.OfToken, string>? token = null) =>
        new RelationText(place, token, isCode: false).Text(relation, false);

    /// <inheritdoc cref="Describe(Relation, Func{Place, string}, Func{Term.OfToken, string})"/>
    public static string Describe(WholeNumber number, Func<Place, string> place, Func<Term.OfToken, string>? token = null) =>
        new RelationText(place, token, isCode: false).Text(number);

    /// <summary>A number as a factor of a product.</summary>
    public static string Operand(string text) => text.Contains(' ') || text[0] is '-' or '−' ? $"({text})" : text;

    private string Text(Relation relation, bool nested)
    {
        return relation.Match(
            known => _isCode ? (known.Holds ? "true" : "false") : known.Holds ? "always" : "never",
            number => Comparison(number.Number),
            both => AsEquality(both) ?? Joined(both.Left, _isCode ? "&&" : "and", both.Right),
            either => Joined(either.Left, _isCode ? "||" : "or", either.Right));

        string Joined(Relation left, string word, Relation right)
        {
            // An OR of ORs needs no parentheses, nor does an AND of ANDs.
            var text = $"{Text(left, left.GetType() != relation.GetType())} {word} {Text(right, right.GetType() != relation.GetType())}";
            return nested ? $"({text})" : text;
        }
    }

    private string? AsEquality(Relation.Both both) =>
        both is { Left: Relation.NotNegative left, Right: Relation.NotNegative right } && left.Number == -right.Number
            ? Comparison(right.Number, _isCode ? "==" : "=")
            : null;

    private string Comparison(WholeNumber number) => Comparison(number, _isCode ? "<=" : "≤");

    /// <summary>What is subtracted against what is added.</summary>
    private string Comparison(WholeNumber number, string sign)
    {
        var added = number with
        {
            Constant = Math.Max(0, number.Constant),
            Terms = [.. number.Terms.Where(term => term.Factor > 0)],
        };
        return $"{Text(added - number)} {sign} {Text(added)}";
    }

    private string Text(WholeNumber number)
    {
        var text = "";
        foreach (var (factor, term) in number.Terms.OrderBy(term => term.Factor < 0).Select(term => (term.Factor, term.Term)))
        {
            var sign = factor < 0 ? Minus : "+";
            text += text.Length > 0 ? $" {sign} " : factor < 0 ? Minus : "";
            text += Math.Abs(factor) == 1 ? Text(term) : $"{Number(Math.Abs(factor))}{(_isCode ? " * " : "·")}{Text(term)}";
        }

        return text.Length == 0 ? (number.Constant < 0 ? Minus : "") + Number(Math.Abs(number.Constant))
            : number.Constant == 0 ? text
            : $"{text} {(number.Constant < 0 ? Minus : "+")} {Number(Math.Abs(number.Constant))}";
    }

    private string Text(Term term) => term.Match(
        at: at => _place(at.Place),
        quotient: quotient => _isCode && quotient.IsFloor && !quotient.Dividend.IsSurelyNotNegative
            ? $"_Positions.Floor({Text(quotient.Dividend)}, {Number(quotient.Divisor)})"
            : _isCode ? $"({Operand(Text(quotient.Dividend))} / {Number(quotient.Divisor)})"
            : quotient.IsFloor ? $"⌊{Text(quotient.Dividend)} / {Number(quotient.Divisor)}⌋"
            : $"{Operand(Text(quotient.Dividend))}/{Number(quotient.Divisor)}",
        remainder: remainder => _isCode
            ? $"({Operand(Text(remainder.Dividend))} % {Operand(Text(remainder.Divisor))})"
            : $"{Operand(Text(remainder.Dividend))} mod {Operand(Text(remainder.Divisor))}",
        extremum: extremum => _isCode
            ? $"_Positions.{(extremum.IsMax ? "Max" : "Min")}({Text(extremum.Left)}, {Text(extremum.Right)})"
            : extremum is { IsMax: true } && extremum.Left == -extremum.Right ? $"|{Text(extremum.Left)}|"
            : $"{(extremum.IsMax ? "max" : "min")}({Text(extremum.Left)}, {Text(extremum.Right)})",
        shifted: shifted => _isCode
            ? $"({Operand(Text(shifted.Value))} {(shifted.IsLeft ? "<<" : ">>")} (int)({Operand(Text(shifted.Bits))} & 31))"
            : $"{Operand(Text(shifted.Value))}{(shifted.IsLeft ? "·" : "/")}2^{Operand(Text(shifted.Bits))}",
        product: product => $"{Operand(Text(product.Left))}{(_isCode ? " * " : "·")}{Operand(Text(product.Right))}",
        remainderBound: bound => _isCode
            ? $"_Positions.{(bound.IsMost ? "Most" : "Least")}Remainder({Text(bound.From)}, {Text(bound.To)}, {Text(bound.Divisor)})"
            : $"{(bound.IsMost ? "largest" : "least")} of {Text(bound.From)}..{Text(bound.To)} mod {Text(bound.Divisor)}",
        table: table => _isCode
            ? Chosen(table.Numbers, 0, table.Numbers.Count)
            : $"[{string.Join(", ", table.Numbers.Select(Number))}] of {_place(Place.Head)}",
        ofToken: own => _token(own));

    /// <summary>
    /// The number of a head from one to another: by halves, since GPU kernels have no tables, and in C# of a depth that compilers can take.
    /// </summary>
    private string Chosen(EquatableArray<long> numbers, int from, int to)
    {
        if (Enumerable.Range(from, to - from).All(head => numbers[head] == numbers[from]))
        {
            return Number(numbers[from]);
        }

        var middle = (from + to) / 2;
        return $"({_place(Place.Head)} < {Number(middle)} ? {Chosen(numbers, from, middle)} : {Chosen(numbers, middle, to)})";
    }

    private string Minus => _isCode ? "-" : "−";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
