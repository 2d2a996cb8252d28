using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>How a score changes with a number of a learned table that it reads.</summary>
/// <param name="Entry">The number.</param>
/// <param name="Derivative">
/// Of what a score becomes by the number, a function of the score; null where it is too large to compute with.
/// </param>
internal sealed record TableSlope(TableValue Entry, ScalarFunction? Derivative)
{
    /// <summary>Those of all numbers that a score reads; what it reads in several places is one.</summary>
    public static IReadOnlyList<TableSlope> Of(ScalarFunction? score) =>
        score is null ? [] : [.. Entries(score).Select(entry => new TableSlope(entry, By(entry, score)))];

    /// <summary>The numbers of tables that a score reads.</summary>
    public static IEnumerable<TableValue> Entries(ScalarFunction? score) => score is null
        ? []
        : score.Body.Flatten().OfType<Expr.Element>().Select(element => element.Variable).OfType<TableValue>().Distinct();

    /// <summary>Derivatives are by the argument of a function: so the number and the score change places, and change back.</summary>
    private static ScalarFunction? By(TableValue entry, ScalarFunction score)
    {
        var place = new Expr.Element(new Score());
        var ofEntry = new ScalarFunction(
            score.Name, score.Body.Replace(part => part is Expr.Argument ? place : IsEntry(part) ? new Expr.Argument() : null));
        return ExprDerivative.Of(ofEntry) is { } slope
            ? new(slope.Name, slope.Body.Replace(part =>
                part is Expr.Argument ? new Expr.Element(entry) : part is Expr.Element { Variable: Score } ? new Expr.Argument() : null))
            : null;

        bool IsEntry(Expr part) => part is Expr.Element { Variable: TableValue value } && value.Equals(entry);
    }

    /// <summary>Stands for the score.</summary>
    private sealed class Score() : Variable("score");
}
