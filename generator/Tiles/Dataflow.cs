using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>What the statements of a program read and write.</summary>
internal static class Dataflow
{
    /// <summary>The blocks inside a statement.</summary>
    public static IReadOnlyList<Statement> Body(this Statement statement) => statement.Match<IReadOnlyList<Statement>>(
        load: _ => [], store: _ => [], matMul: _ => [], map: _ => [], transpose: _ => [], reduce: _ => [], rebase: _ => [],
        runs: runs => runs.Between.Count > 0 ? [.. runs.Body, .. runs.Between] : runs.Body,
        fold: fold => fold.Body,
        parallel: parallel => parallel.Body,
        forEach: each => each.Body,
        addToTable: _ => [],
        loadBand: _ => [],
        skew: _ => []);

    /// <summary>A block and everything inside it, outer statements before inner ones.</summary>
    public static IEnumerable<Statement> Flatten(IEnumerable<Statement> block) =>
        block.SelectMany(statement => new[] { statement }.Concat(Flatten(statement.Body())));

    /// <summary>The tiles that a statement itself reads, without those of its body. An accumulating statement reads its target.</summary>
    public static IEnumerable<Tile> Reads(Statement statement) => statement.Match<IEnumerable<Tile>>(
        load: load => load.Rotation is null ? [] : [load.Rotation],
        store: store => store.Rotation is null ? [store.Source] : [store.Source, store.Rotation],
        matMul: product => product.Accumulate ? [product.A, product.B, product.Target] : [product.A, product.B],
        map: map => map.Branches.SelectMany(Tiles).Select(tile => tile.Whole),
        transpose: transpose => [transpose.Source],
        reduce: reduce => Tiles(reduce.Body).Select(tile => tile.Whole).Concat(reduce.Accumulate ? [reduce.Target] : []),
        rebase: rebase => [.. rebase.State.Members, rebase.Candidate],
        runs: runs => runs.State.Members.Concat(Tiles(runs.Values).Select(tile => tile.Whole)),
        fold: _ => [],
        parallel: _ => [],
        forEach: _ => [],
        addToTable: add => [add.Source, .. WholeTiles(new Expr.Element(add.Entry))],
        loadBand: _ => [],
        skew: skew => [skew.Source]);

    /// <summary>The tiles that a statement itself writes; that of a map, a product or a reduction comes first.</summary>
    public static IEnumerable<Tile> Writes(Statement statement) => statement.Match<IEnumerable<Tile>>(
        load: load => [load.Target],
        store: _ => [],
        matMul: product => [product.Target],
        map: map => [map.Target],
        transpose: transpose => [transpose.Target],
        reduce: reduce => reduce.Rest is null ? [reduce.Target] : [reduce.Target, reduce.Rest],
        rebase: rebase => rebase.State.Members,
        runs: runs => runs.State.Members,
        fold: fold => fold.State.Members,
        parallel: _ => [],
        forEach: _ => [],
        addToTable: _ => [],
        loadBand: load => [load.Target],
        skew: skew => [skew.Target]);

    /// <summary>The tiles that an expression reads, and the segments of tiles, with those of whole numbers that it asks for.</summary>
    public static IEnumerable<Tile> Tiles(Expr expr) =>
        expr.Flatten().OfType<Expr.Element>().Select(element => element.Variable).OfType<Tile>().Concat(WholeTiles(expr));

    /// <summary>The tiles of whole numbers that conditions and numbers of positions in an expression ask for.</summary>
    public static IEnumerable<Tile> WholeTiles(Expr expr) =>
        TokenNumbers(expr).SelectMany(number => number.Number.TokenNumbers.Select(number.Sight.TileOf))
            .Concat(Conditions(expr).OfType<Position.Sees>().SelectMany(sees =>
                sees.Sight.Visibility.TokenNumbers.Select(sees.Sight.TileOf)))
            .OfType<Tile>().Distinct();

    /// <summary>The numbers of positions in an expression.</summary>
    public static IEnumerable<TokenNumber> TokenNumbers(Expr expr) =>
        expr.Flatten().OfType<Expr.Element>().Select(element => element.Variable).OfType<TokenNumber>();

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

    /// <summary>The operands that a statement itself reads or writes, or whose length it asks for.</summary>
    public static IEnumerable<Operand> Operands(Statement statement) => statement.Match<IEnumerable<Operand>>(
        load: load => [load.Source], store: store => [store.Destination], matMul: _ => [], map: InConditions, transpose: _ => [],
        reduce: InConditions, rebase: _ => [], runs: InConditions, fold: fold => Lengths(fold.Loop),
        parallel: parallel => Lengths(parallel.Loop), forEach: _ => [], addToTable: add => [add.Entry.Table],
        loadBand: load => [load.Source], skew: _ => []);

    /// <summary>The operands that a statement itself reads or writes.</summary>
    public static IEnumerable<Operand> Moved(Statement statement) =>
        statement is Load load ? [load.Source]
        : statement is LoadBand band ? [band.Source]
        : statement is Store store ? [store.Destination]
        : statement is AddToTable add ? [add.Entry.Table]
        : Tables(Expressions(statement));

    /// <summary>The tables that expressions look numbers up in.</summary>
    public static IEnumerable<Operand> Tables(IEnumerable<Expr> expressions) =>
        expressions.SelectMany(TokenNumbers).OfType<TableEntry>().Select(entry => entry.Table).Distinct();

    private static IEnumerable<Operand> InConditions(Statement statement) => Expressions(statement).SelectMany(Conditions)
        .OfType<Position.Below>().SelectMany(below => Lengths(below.Limit)).Concat(Tables(Expressions(statement)));

    private static IEnumerable<Operand> Lengths(TokenLoop loop) => new[] { loop.From, loop.To, loop.Offset }.SelectMany(Lengths);

    private static IEnumerable<Operand> Lengths(TokenIndex index) =>
        index.Flatten().OfType<TokenIndex.Length>().Select(length => length.Operand);

    /// <summary>The expressions of a statement.</summary>
    public static IReadOnlyList<Expr> Expressions(Statement statement) => statement.Match<IReadOnlyList<Expr>>(
        load: _ => [], store: _ => [], matMul: _ => [], map: map => map.Branches, transpose: _ => [], reduce: reduce => [reduce.Body],
        rebase: _ => [], runs: runs => [runs.Values], fold: _ => [], parallel: _ => [], forEach: _ => [],
        addToTable: add => [new Expr.Element(add.Entry)], loadBand: _ => [], skew: _ => []);

    /// <summary>The sights by which expressions know positions: which tokens see which, and what else is asked of them.</summary>
    public static IEnumerable<Sight> Sights(IEnumerable<Expr> expressions) => expressions
        .SelectMany(expr => Conditions(expr).OfType<Position.Sees>().Select(sees => sees.Sight)
            .Concat(TokenNumbers(expr).Select(number => number.Sight)))
        .Distinct();

    /// <summary>What the loops of a program leave tiles out by.</summary>
    public static IEnumerable<Sight> Looks(TileProgram program) => Flatten(program.Body)
        .Select(statement => statement is Fold fold ? fold.Loop.Sight : (statement as Parallel)?.Loop.Sight)
        .OfType<Sight>().Distinct();

    /// <inheritdoc cref="Sights(IEnumerable{Expr})"/>
    public static IEnumerable<Sight> Sights(TileProgram program) => Sights(Flatten(program.Body).SelectMany(Expressions));

    /// <summary>The conditions in an expression.</summary>
    public static IEnumerable<Condition> Conditions(Expr expr) =>
        expr.Flatten().OfType<Expr.Choice>().SelectMany(choice => choice.Condition.Flatten());
}
