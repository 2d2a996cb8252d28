using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Rewrites;

/// <summary>
/// A causal program for tiles of one token, which exists: its run has not ended before it, and no key that it meets comes after it, so what
/// asks for that alone is decided. What runs are cut by is made as a tile: a step asks for it, and for its maxima, in several places.
/// </summary>
internal sealed class OneToken : Rewriter
{
    private OneToken()
    {
    }

    /// <param name="program">A program that <see cref="Supports"/> steps.</param>
    public static TileProgram Of(TileProgram program) => new OneToken().Rewrite(program);

    /// <summary>
    /// Whether a step of a program can be derived: it sees earlier tokens only, and which is known without knowing how many will come.
    /// </summary>
    public static bool Supports(TileProgram program) =>
        program.Body.Count == 1
        && Dataflow.Flatten(program.Body).OfType<Fold>().All(fold => fold.Loop is { Stride: 1, From: TokenIndex.Constant { Value: 0 } })
        && Dataflow.Looks(program).All(sight => sight.Visibility.IsCausal)
        && !Dataflow.Sights(program).Any(sight => sight.Visibility.Sees.DependsOn(Place.Keys))
        && !Dataflow.Flatten(program.Body).SelectMany(Dataflow.Expressions).SelectMany(Dataflow.TokenNumbers)
            .Any(number => number.Number.DependsOn(Place.Keys));

    protected override IEnumerable<Statement> Statement(Statement statement)
    {
        var decided = WithParts(statement);
        return decided is Runs { Values: not Expr.Element } runs
            ? [new Map(runs.Logarithms, [runs.Values]), runs with { Values = runs.Logarithms }]
            : [decided];
    }

    protected override Expr Expression(Expr expression) =>
        Dataflow.Conditions(expression).Any(IsPosition) ? Decided(expression) : expression;

    private static Expr Decided(Expr expression) =>
        expression.Replace(part => part is Expr.Choice choice && IsPosition(choice.Condition) ? Decided(choice.IfTrue) : null);

    private static bool IsPosition(Condition condition) => condition.Match(
        compare: _ => false, both: _ => false, either: _ => false, not: _ => false, below: _ => true,
        sees: sees => sees.Sight.Visibility == Visibility.Causal, inRun: _ => true);
}
