using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Reorders the statements of a kernel so that its tiles live shorter, and more tokens fit into shared memory at a time.</summary>
internal static class ShortLives
{
    /// <summary>The same block with each load just before what reads it first, so that tiles that are dead by then leave it their memory.</summary>
    public static IReadOnlyList<Statement> LoadLate(IReadOnlyList<Statement> block) => LoadLate(block, []);

    /// <param name="waiting">Loads from outside the block that only the block reads.</param>
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
    /// The same block where what runs cut their rows by is made again from its tokens before each run but the first, so that the body may take its memory.
    /// Almost every tile is one run.
    /// </summary>
    public static IReadOnlyList<Statement> MakeAgain(IReadOnlyList<Statement> block) => block
        .Select((statement, i) => statement switch
        {
            Fold fold => fold with { Body = MakeAgain(fold.Body) },
            Tiles.Parallel parallel => parallel with { Body = MakeAgain(parallel.Body) },
            Runs runs => runs with { Between = [.. block.Take(i).OfType<MatMul>().Where(product => IsMadeFor(product, runs)).SelectMany(product => Again(product, block))] },
            _ => statement,
        })
        .ToList();

    /// <summary>Whether runs read a product of tokens with projections.</summary>
    private static bool IsMadeFor(MatMul product, Runs runs) =>
        product.B is Parameter && Reads([runs]).Contains(product.Target);

    private static IEnumerable<Statement> Again(MatMul product, IReadOnlyList<Statement> block)
    {
        if (block.OfType<Load>().SingleOrDefault(load => load.Target == product.A) is not { } load)
        {
            return [];
        }

        var tokens = new Tile(product.A.Name, product.A.Rows, product.A.Columns);
        return [load with { Target = tokens }, product with { A = tokens }];
    }

    private static HashSet<Tile> Reads(IEnumerable<Statement> block) => [.. Dataflow.Flatten(block).SelectMany(Dataflow.Reads)];
}
