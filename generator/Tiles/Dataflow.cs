using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>What the statements of a program read and write.</summary>
internal static class Dataflow
{
    /// <summary>The blocks inside a statement.</summary>
    public static IReadOnlyList<Statement> Body(this Statement statement) => statement switch
    {
        Fold fold => fold.Body,
        Parallel parallel => parallel.Body,
        ForEach each => each.Body,
        Runs { Between.Count: > 0 } runs => [.. runs.Body, .. runs.Between],
        Runs runs => runs.Body,
        _ => System.Array.Empty<Statement>(),
    };

    /// <summary>A block and everything inside it, outer statements before inner ones.</summary>
    public static IEnumerable<Statement> Flatten(IEnumerable<Statement> block) =>
        block.SelectMany(statement => new[] { statement }.Concat(Flatten(statement.Body())));

    /// <summary>The tiles that a statement itself reads, without those of its body. An accumulating statement reads its target.</summary>
    public static IEnumerable<Tile> Reads(Statement statement)
    {
        switch (statement)
        {
            case Store store:
                return new[] { store.Source };
            case MatMul product:
                return new[] { product.A, product.B }.Concat(product.Accumulate ? new[] { product.Target } : Enumerable.Empty<Tile>());
            case Transpose transpose:
                return new[] { transpose.Source };
            case Map map:
                return map.Branches.SelectMany(Tiles).Select(tile => tile.Whole);
            case Reduce reduce:
                return Tiles(reduce.Body).Select(tile => tile.Whole).Concat(reduce.Accumulate ? new[] { reduce.Target } : Enumerable.Empty<Tile>());
            case Rebase rebase:
                return rebase.State.Members.Concat(new[] { rebase.Candidate });
            case Runs runs:
                return runs.State.Members.Concat(Tiles(runs.Values).Select(tile => tile.Whole));
            default:
                return Enumerable.Empty<Tile>();
        }
    }

    /// <summary>The tiles that a statement itself writes; that of a map, a product or a reduction comes first.</summary>
    public static IEnumerable<Tile> Writes(Statement statement) => statement switch
    {
        Load load => new[] { load.Target },
        MatMul product => new[] { product.Target },
        Map map => new[] { map.Target },
        Transpose transpose => new[] { transpose.Target },
        Reduce { Rest: { } rest } reduce => new[] { reduce.Target, rest },
        Reduce reduce => new[] { reduce.Target },
        Rebase rebase => rebase.State.Members,
        Runs runs => runs.State.Members,
        Fold fold => fold.State.Members,
        _ => Enumerable.Empty<Tile>(),
    };

    /// <summary>The tiles in an expression, and the segments of tiles.</summary>
    public static IEnumerable<Tile> Tiles(Expr expr) => expr.Flatten().OfType<Expr.Element>().Select(element => element.Tile);

    /// <summary>Whether a block takes exponentials of a tile, or of what it makes of its elements one by one.</summary>
    public static bool IsExponent(IEnumerable<Statement> block, Tile tile)
    {
        // Statements stand in the order in which tiles are made.
        var made = new HashSet<Tile> { tile };
        foreach (var map in Flatten(block).OfType<Map>().Where(map => Reads(map).Any(made.Contains)))
        {
            if (map.Branches.SelectMany(branch => branch.Flatten()).OfType<Expr.FlushedExp2>().Any())
            {
                return true;
            }

            made.Add(map.Target);
        }

        return false;
    }

    /// <summary>The conditions in an expression.</summary>
    public static IEnumerable<Condition> Conditions(Expr expr) =>
        expr.Flatten().OfType<Expr.Choice>().SelectMany(choice => choice.Condition.Flatten());

    /// <summary>
    /// The part of a loop body that the state needs: stores, and what only stores need, are dropped. From it come the pieces that a split
    /// over the sequence folds on their own before their states are merged, so no program writes a split.
    /// </summary>
    public static IReadOnlyList<Statement> SliceToState(IReadOnlyList<Statement> block, State state)
    {
        var needed = new HashSet<Tile>(state.Members);
        return Slice(block, needed);
    }

    /// <summary>A block without the stores that a caller may not want, and without the maps that only those need.</summary>
    public static IReadOnlyList<Statement> WithoutOptionalStores(IReadOnlyList<Statement> block)
    {
        var kept = Without(block, statement => statement is Store { Destination.IsOptional: true });
        while (true)
        {
            var read = new HashSet<Tile>(Flatten(kept).SelectMany(Reads));
            var next = Without(kept, statement => statement is Map { Target: not StateMember } map && !read.Contains(map.Target));
            if (Flatten(next).Count() == Flatten(kept).Count())
            {
                return kept;
            }

            kept = next;
        }
    }

    private static IReadOnlyList<Statement> Without(IReadOnlyList<Statement> block, Func<Statement, bool> isDropped) => block
        .Where(statement => !isDropped(statement))
        .Select(statement => statement switch
        {
            Fold fold => fold with { Body = Without(fold.Body, isDropped) },
            Parallel parallel => parallel with { Body = Without(parallel.Body, isDropped) },
            ForEach each => each with { Body = Without(each.Body, isDropped) },
            Runs runs => runs with { Body = Without(runs.Body, isDropped) },
            _ => statement,
        })
        .ToArray();

    private static IReadOnlyList<Statement> Slice(IReadOnlyList<Statement> block, HashSet<Tile> needed)
    {
        var kept = new List<Statement>();
        for (var i = block.Count - 1; i >= 0; i--)
        {
            var statement = block[i];
            if (statement is Runs runs)
            {
                statement = runs with { Body = Slice(runs.Body, needed) };
            }
            else if (!Writes(statement).Any(needed.Contains))
            {
                continue;
            }

            kept.Insert(0, statement);
            needed.UnionWith(Reads(statement));
        }

        return kept;
    }
}
