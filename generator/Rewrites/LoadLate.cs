using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Rewrites;

/// <summary>
/// A program with each load just before what reads it first, so that tiles live shorter: those that are dead by then leave it their memory.
/// </summary>
internal sealed class LoadLate : Rewriter
{
    /// <summary>Loads from outside of the next block that only it reads, which it is to take in.</summary>
    private List<Load> _handedIn = [];

    private LoadLate()
    {
    }

    public static TileProgram Of(TileProgram program) => new LoadLate().Rewrite(program);

    protected override IReadOnlyList<Statement> Block(IReadOnlyList<Statement> block)
    {
        var (waiting, late) = (_handedIn, new List<Statement>());
        for (var i = 0; i < block.Count; i++)
        {
            var statement = block[i];
            if (statement is Load load)
            {
                waiting.Add(load);
                continue;
            }

            // What only the body of runs reads is loaded in it: once, but where a tile has several runs.
            var later = Reads(block.Skip(i + 1));
            List<Load> inRuns = statement is Runs
                ? [.. waiting.Where(waiter => !later.Contains(waiter.Target) && !Dataflow.Reads(statement).Contains(waiter.Target))]
                : [];
            waiting.RemoveAll(inRuns.Contains);
            var reads = Reads([statement]);
            late.AddRange(waiting.Where(waiter => reads.Contains(waiter.Target)));
            waiting.RemoveAll(waiter => reads.Contains(waiter.Target));
            _handedIn = inRuns;
            late.AddRange(Statement(statement));
            _handedIn = [];
        }

        return late.SequenceEqual(block) ? block : late;
    }

    private static HashSet<Tile> Reads(IEnumerable<Statement> block) => [.. Dataflow.Flatten(block).SelectMany(Dataflow.Reads)];
}
