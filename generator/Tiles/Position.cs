using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>What a condition asks of where the current element is: of the tokens that its row and column are of.</summary>
internal abstract record Position : Condition.OfPosition
{
    /// <summary>What the functions give for a position of its kind.</summary>
    public abstract T Match<T>(Func<Below, T> below, Func<Sees, T> sees, Func<InRun, T> inRun);

    /// <summary>The position of the current token along <paramref name="Tokens"/> is below a limit.</summary>
    public sealed record Below(Dim Tokens, TokenIndex Limit) : Position
    {
        public override T Match<T>(Func<Below, T> below, Func<Sees, T> sees, Func<InRun, T> inRun) => below(this);
    }

    /// <summary>Of the tokens of the row and the column, the one that is a query sees the one that is a key.</summary>
    public sealed record Sees(Sight Sight) : Position
    {
        public override T Match<T>(Func<Below, T> below, Func<Sees, T> sees, Func<InRun, T> inRun) => sees(this);
    }

    /// <summary>The current row of a <see cref="Runs"/> lies in its current run.</summary>
    public sealed record InRun : Position
    {
        public override T Match<T>(Func<Below, T> below, Func<Sees, T> sees, Func<InRun, T> inRun) => inRun(this);
    }
}

/// <summary>The cases of conditions in programs, where those of positions are known.</summary>
internal static class PositionCases
{
    public static T Match<T>(
        this Condition condition, Func<Condition.Compare, T> compare, Func<Condition.Both, T> both, Func<Condition.Either, T> either,
        Func<Condition.Not, T> not, Func<Position.Below, T> below, Func<Position.Sees, T> sees, Func<Position.InRun, T> inRun) =>
        condition.Match(compare, both, either, not, position: position => ((Position)position).Match(below, sees, inRun));
}
