using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Rewrites;

/// <summary>
/// A program in which what runs cut their rows by is made again from the tokens before each run but the first, so that the body may take
/// its memory. Almost every tile is one run.
/// </summary>
internal sealed class MakeAgain : Rewriter
{
    private MakeAgain()
    {
    }

    public static TileProgram Of(TileProgram program) => new MakeAgain().Rewrite(program);

    protected override IReadOnlyList<Statement> Block(IReadOnlyList<Statement> block)
    {
        Statement[] rewritten =
        [
            .. block.Select((statement, i) => statement is Runs runs && Again([.. block.Take(i)], runs) is { Count: > 0 } again
                ? runs with { Between = again }
                : WithParts(statement)),
        ];
        return rewritten.SequenceEqual(block) ? block : rewritten;
    }

    /// <summary>The products of tokens with projections that runs read, and what is made of their elements.</summary>
    private static IReadOnlyList<Statement> Again(IReadOnlyList<Statement> before, Runs runs)
    {
        var loads = before.OfType<Load>().ToDictionary(load => load.Target);
        var writtenOnce = new HashSet<Tile>(
            before.SelectMany(Dataflow.Writes).GroupBy(tile => tile).Where(group => group.Count() == 1).Select(group => group.Key));
        var canBeMade = new HashSet<Tile>();
        foreach (var statement in before.Where(CanBeMade))
        {
            canBeMade.Add(Dataflow.Writes(statement).Single());
        }

        var again = new List<Statement>();
        HashSet<Tile> needed = [.. Dataflow.Flatten([runs]).SelectMany(Dataflow.Reads)];
        foreach (var statement in before.Reverse())
        {
            if (!Dataflow.Writes(statement).Any(tile => canBeMade.Contains(tile) && needed.Contains(tile)))
            {
                continue;
            }

            needed.UnionWith(Dataflow.Reads(statement));
            if (statement is MatMul product)
            {
                var tokens = new Tile(product.A.Name, product.A.Rows, product.A.Columns);
                again.InsertRange(0, [loads[product.A] with { Target = tokens }, product with { A = tokens }]);
            }
            else
            {
                again.Insert(0, statement);
            }
        }

        return again;

        // The body of the runs changes the state.
        bool CanBeMade(Statement statement) =>
            statement is MatMul { B: Parameter } product
                ? loads.ContainsKey(product.A) && writtenOnce.Contains(product.Target)
                : statement is Map map && IsMatrix(map.Target) && writtenOnce.Contains(map.Target)
                    && !Dataflow.Reads(map).OfType<StateMember>().Any(runs.State.Members.Contains)
                    && Dataflow.Reads(map).Where(IsMatrix).All(canBeMade.Contains);
    }

    private static bool IsMatrix(Tile tile) => tile.Rows.IsTokens && !tile.IsColumnVector;
}
