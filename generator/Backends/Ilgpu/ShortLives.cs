using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Reorders the statements of a kernel so that its tiles live shorter, and more tokens fit into shared memory at a time.</summary>
internal static class ShortLives
{
    /// <summary>The same block with each load just before what reads it first, so that tiles that are dead by then leave it their memory.</summary>
    public static IReadOnlyList<Statement> LoadLate(IReadOnlyList<Statement> block) => LoadLate(block, []);

    /// <summary>Likewise, with loads from outside the block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="waiting">Those of them that only the block reads; they are taken out.</param>
    private static IReadOnlyList<Statement> LoadLate(IReadOnlyList<Statement> block, List<Load> waiting)
    {
        var late = new List<Statement>();
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
            var inRuns = statement is Runs
                ? waiting.Where(waiter => !later.Contains(waiter.Target) && !Dataflow.Reads(statement).Contains(waiter.Target)).ToList()
                : [];
            waiting.RemoveAll(inRuns.Contains);
            var reads = Reads([statement]);
            late.AddRange(waiting.Where(waiter => reads.Contains(waiter.Target)));
            waiting.RemoveAll(waiter => reads.Contains(waiter.Target));
            late.Add(statement switch
            {
                Fold fold => fold with { Body = LoadLate(fold.Body) },
                Tiles.Parallel parallel => parallel with { Body = LoadLate(parallel.Body) },
                Runs runs => runs with { Body = LoadLate(runs.Body, inRuns) },
                _ => statement,
            });
        }

        return late;
    }

    /// <summary>
    /// The same block where what runs cut their rows by is made again from the tokens before each run but the first, so that the body may take its memory.
    /// Almost every tile is one run.
    /// </summary>
    public static IReadOnlyList<Statement> MakeAgain(IReadOnlyList<Statement> block) => block
        .Select((statement, i) => statement switch
        {
            Fold fold => fold with { Body = MakeAgain(fold.Body) },
            Tiles.Parallel parallel => parallel with { Body = MakeAgain(parallel.Body) },
            Runs runs => runs with { Between = Again([.. block.Take(i)], runs) },
            _ => statement,
        })
        .ToList();

    /// <summary>The products of tokens with projections that runs read, and what is made of their elements.</summary>
    private static IReadOnlyList<Statement> Again(IReadOnlyList<Statement> before, Runs runs)
    {
        var loads = before.OfType<Load>().ToDictionary(load => load.Target);
        var writtenOnce = new HashSet<Tile>(before.SelectMany(Dataflow.Writes).GroupBy(tile => tile).Where(group => group.Count() == 1).Select(group => group.Key));
        var canBeMade = new HashSet<Tile>();
        foreach (var statement in before)
        {
            if (statement switch
            {
                MatMul product => product.B is Parameter && loads.ContainsKey(product.A) && writtenOnce.Contains(product.Target),

                // The body changes the state.
                Map map => IsMatrix(map.Target) && writtenOnce.Contains(map.Target) && !Dataflow.Reads(map).OfType<StateMember>().Any(runs.State.Members.Contains)
                    && Dataflow.Reads(map).Where(IsMatrix).All(canBeMade.Contains),
                _ => false,
            })
            {
                canBeMade.Add(Dataflow.Writes(statement).Single());
            }
        }

        var again = new List<Statement>();
        var needed = Reads([runs]);
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
    }

    private static bool IsMatrix(Tile tile) => tile.Rows.IsTokens && !tile.IsColumnVector;

    private static HashSet<Tile> Reads(IEnumerable<Statement> block) => [.. Dataflow.Flatten(block).SelectMany(Dataflow.Reads)];
}
