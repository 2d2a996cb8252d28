using System.Globalization;
using KernelGen.Generator.Attributes;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// What becomes of a score, of the arguments of an attribute: first the soft cap, then ALiBi's bias, then the user's own method.
/// </summary>
internal static class ScoreOptions
{
    private const int MostHeads = 4096;

    /// <summary>What becomes of scores, null: nothing; and the only number of query heads that the layer is for, null: any.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="visibility">What a query sees.</param>
    /// <param name="dilations">How many dilations there are, a number for each head; null: none.</param>
    public static (ScalarFunction? Score, int? Heads) Read(AttributeReader attribute, Visibility visibility, int? dilations)
    {
        var only = dilations;
        var functions = new List<ScalarFunction>();
        if (attribute.Has("SoftCap"))
        {
            var cap = attribute.Value<float>("SoftCap");
            if (cap is > 0 and <= float.MaxValue)
            {
                functions.Add(new("SoftCap", cap.Value * Expr.Tanh(new Expr.Argument() / cap.Value)));
            }
            else if (attribute.Binds("SoftCap"))
            {
                attribute.Report(Rules.SoftCapOutOfRange, "SoftCap", cap?.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (attribute.Has("AlibiHeads") && attribute.OptionalSize("AlibiHeads", MostHeads, fallback: 0) is > 0 and var heads)
        {
            functions.Add(Alibi(heads, visibility));
            only ??= heads;
            if (only != heads)
            {
                attribute.Report(
                    Rules.FunctionContradicted, "AlibiHeads", "AlibiHeads",
                    string.Format(CultureInfo.InvariantCulture, "for {0} heads", heads),
                    string.Format(CultureInfo.InvariantCulture, "Dilations are for {0}", only));
            }
        }

        if (attribute.Score("Score") is { } own)
        {
            functions.Add(own);
            if (ExprDerivative.Of(own) is null)
            {
                attribute.Report(Rules.NoBackwardPass, "Score", own.Name);
            }

            var limits = NumberLimits.Of(NumbersOf(own), only);
            if (!limits.Suffice)
            {
                attribute.Report(Rules.NumbersTooLarge, "Score", "Score", NumberLimits.FewestPositions, limits.Positions);
            }
        }

        return (functions.Count == 0 ? null : functions.Aggregate((inner, outer) => new(
            $"{outer.Name} of {inner.Name}", outer.Body.Replace(part => part is Expr.Argument ? inner.Body : null))), only);
    }

    /// <summary>The whole numbers of positions that a function computes; null: it is none.</summary>
    public static IEnumerable<WholeNumber> NumbersOf(ScalarFunction? function)
    {
        if (function is null)
        {
            return [];
        }

        var parts = function.Body.Flatten().ToList();
        var values = parts.OfType<Expr.Element>().Select(element => element.Variable).OfType<PositionValue>().Select(value => value.Number);
        return values.Concat(parts.OfType<Expr.Choice>().SelectMany(choice => choice.Condition.Flatten()).OfType<PositionRelation>()
            .SelectMany(asked => asked.Relation.Numbers()));
    }

    /// <summary>
    /// x − 2^(−8(h+1)/H)·|i − j|: Press et al., "Train Short, Test Long", arXiv:2108.12409, section 3, for H heads.
    /// </summary>
    private static ScalarFunction Alibi(int heads, Visibility visibility)
    {
        WholeNumber query = Place.Query, key = Place.Key;
        var distance = visibility.IsCausal ? query - key : WholeNumber.Max(query - key, key - query);
        return new("ALiBi", new Expr.Argument() - (Expr.Exp2(Of((WholeNumber)Place.Head + 1) * (-8.0 / heads)) * Of(distance)));
    }

    private static Expr Of(WholeNumber number) => new Expr.Element(new PositionValue(number));
}
