using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Tests.Tiles;

/// <summary>A program with one mistake.</summary>
/// <param name="What">The mistake.</param>
/// <param name="Program">With it.</param>
internal sealed record Mutant(string What, TileProgram Program);

/// <summary>
/// Makes the mistakes that whoever writes a program or a pass could make: a statement forgotten or out of order, an operand that is another
/// tile, a wrong axis, flag, loop or tensor, an arm of a choice or a branch that is dropped, another reduction.
/// </summary>
internal sealed class Mutations
{
    private readonly TileProgram _program;
    private readonly List<Statement> _statements;
    private readonly List<Tile> _tiles;
    private readonly List<TokenLoop> _loops;
    private readonly List<Dim> _dims;

    private Mutations(TileProgram program)
    {
        _program = program;
        _statements = [.. Dataflow.Flatten(program.Body)];
        _tiles = [.. _statements.SelectMany(Dataflow.Writes).Concat(program.Parameters).Concat(program.Kept?.Members ?? []).Distinct()];
        _loops = [.. _statements.Select(LoopOf).OfType<TokenLoop>()];
        _dims = [.. _tiles.SelectMany(tile => new[] { tile.Rows, tile.Columns }).Distinct()];
    }

    /// <summary>All of them, but for swaps of statements that have nothing to do with each other.</summary>
    public static IEnumerable<Mutant> Of(TileProgram program)
    {
        var mutations = new Mutations(program);
        return mutations._statements.SelectMany(mutations.Of);
    }

    private IEnumerable<Mutant> Of(Statement statement)
    {
        var changed = statement.Match(
            load: Of, store: Of, matMul: Of, map: Of, transpose: Of, reduce: Of, rebase: Of, runs: Of, fold: Of, parallel: Of,
            forEach: each => [each with { Count = each.Count + 1 }],
            addToTable: _ => [],
            loadBand: Of, skew: Of);
        foreach (var other in changed)
        {
            yield return Replaced(statement, $"'{Text(statement)}' is '{Text(other)}'", other);
        }

        yield return Replaced(statement, $"'{Text(statement)}' is forgotten");
        if (statement.Body().Count > 0)
        {
            yield return Replaced(statement, $"'{Text(statement)}' is only its body", [.. statement.Body()]);
        }

        if (NextOf(statement) is { } next && DependOnEachOther(statement, next))
        {
            yield return new Mutant(
                $"'{Text(statement)}' comes after '{Text(next)}'",
                new Substitution(one => one == statement ? [] : one == next ? [next, statement] : null).Apply(_program));
        }
    }

    private IEnumerable<Statement> Of(Load load) =>
    [
        .. _program.Operands.Where(tensor => tensor != load.Source).Select(tensor => load with { Source = tensor }),
        .. _loops.Where(loop => loop != load.Loop).Select(loop => load with { Loop = loop }),
        .. Retargeted(load.Target).Select(tile => load with { Target = tile }),
        .. load.Rotation is null ? [] : new[] { load with { Rotation = null } },
    ];

    private IEnumerable<Statement> Of(LoadBand load) =>
    [
        .. _program.Operands.Where(tensor => tensor != load.Source).Select(tensor => load with { Source = tensor }),
        .. Retargeted(load.Target).Select(tile => load with { Target = tile }),
    ];

    private IEnumerable<Statement> Of(Skew skew) =>
    [
        .. Others(skew.Source).Select(tile => skew with { Source = tile }),
        .. Others(skew.Target).Select(tile => skew with { Target = tile }),
    ];

    private IEnumerable<Statement> Of(Store store) =>
    [
        .. _program.Operands.Where(tensor => tensor != store.Destination).Select(tensor => store with { Destination = tensor }),
        .. _loops.Where(loop => loop != store.Loop).Select(loop => store with { Loop = loop }),
        .. Others(store.Source).Select(tile => store with { Source = tile }),
        .. store.Rotation is null ? [] : new[] { store with { Rotation = null } },
    ];

    private IEnumerable<Statement> Of(MatMul product) =>
    [
        .. Others(product.A).Select(tile => product with { A = tile }),
        .. Others(product.B).Select(tile => product with { B = tile }),
        .. Others(product.Target).Select(tile => product with { Target = tile }),
        product with { TransposeA = !product.TransposeA },
        product with { TransposeB = !product.TransposeB },
        product with { Accumulate = !product.Accumulate },
        .. Enum.GetValues<Structure>().Where(structure => structure != product.Structure)
            .Select(structure => product with { Structure = structure }),
    ];

    private IEnumerable<Statement> Of(Map map) =>
    [
        .. map.Branches.SelectMany((branch, i) =>
            Of(branch).Select(other => map with { Branches = [.. map.Branches.Take(i), other, .. map.Branches.Skip(i + 1)] })),
        .. map.Branches.Skip(1).Select(branch => map with { Branches = [.. map.Branches.Select(_ => branch)] })
            .Where(other => !other.Branches.SequenceEqual(map.Branches)),
        .. map.Branches.Count > 1 ? [map with { Branches = [.. map.Branches.Skip(1)] }] : Array.Empty<Map>(),
        .. Others(map.Target).Select(tile => map with { Target = tile }),
    ];

    private IEnumerable<Statement> Of(Transpose transpose) =>
    [
        .. Others(transpose.Source).Select(tile => transpose with { Source = tile }),
        .. Others(transpose.Target).Select(tile => transpose with { Target = tile }),
    ];

    private IEnumerable<Statement> Of(Reduce reduce) =>
    [
        .. Of(reduce.Body).Select(other => reduce with { Body = other }),
        .. Others(reduce.Target).Select(tile => reduce with { Target = tile }),
        .. _dims.Where(dim => dim != reduce.Rows).Select(dim => reduce with { Rows = dim }),
        .. _dims.Where(dim => dim != reduce.Columns).Select(dim => reduce with { Columns = dim }),
        reduce with { Accumulate = !reduce.Accumulate },
        reduce with { Reduction = reduce.Reduction == Reduction.Sum ? Reduction.Max : Reduction.Sum },
    ];

    private IEnumerable<Statement> Of(Rebase rebase) => Others(rebase.Candidate).Select(tile => rebase with { Candidate = tile });

    private IEnumerable<Statement> Of(Runs runs) => Of(runs.Values).Select(other => runs with { Values = other });

    private IEnumerable<Statement> Of(Fold fold) => Of(fold.Loop).Select(loop => InLoop(fold, loop));

    private IEnumerable<Statement> Of(Generator.Tiles.Parallel parallel) => Of(parallel.Loop).Select(loop => InLoop(parallel, loop));

    /// <summary>Loops with other bounds.</summary>
    private IEnumerable<TokenLoop> Of(TokenLoop loop)
    {
        // Tensors of keys have one length, and so have those of queries: calls are checked.
        TokenIndex[] indices =
        [
            0, 1, .. _program.Operands.GroupBy(tensor => tensor.IsOfKeys).Select(tensors => tensors.First().Length),
            .. _loops.SelectMany(other => new TokenIndex[] { new TokenIndex.Start(other.Tokens), new TokenIndex.End(other.Tokens) }),
        ];
        return indices.SelectMany(index => new[] { loop with { From = index }, loop with { To = index } })
            .Where(other => Meaning(other) != Meaning(loop)).Distinct();

        static TokenLoop Meaning(TokenLoop of) => of with { From = Length(of.From), To = Length(of.To) };

        static TokenIndex Length(TokenIndex index) =>
            index is TokenIndex.Length length ? new TokenIndex.Counter(length.Operand.IsOfKeys ? "keys" : "queries") : index;
    }

    /// <summary>Expressions with one part changed.</summary>
    private IEnumerable<Expr> Of(Expr expression)
    {
        foreach (var part in expression.Flatten().Distinct())
        {
            var others = part.Match<IEnumerable<Expr>>(
                constant: _ => [],
                element: element => element.Variable is Tile read ? Others(read).Select(tile => (Expr)tile) : [],
                argument: _ => [],
                unary: _ => [],
                binary: binary => [binary.Left, binary.Right],
                fusedMultiplyAdd: fused => [fused.C],
                flushedExp2: exp => [exp.Exponent],
                choice: choice => [choice.IfTrue, choice.IfFalse, .. Swapped(choice)],
                call: call => [call.Operand]);
            foreach (var other in others)
            {
                if (expression.Replace(one => one == part ? other : null) is var changed && changed != expression)
                {
                    yield return changed;
                }
            }
        }
    }

    private static IEnumerable<Expr> Swapped(Expr.Choice choice) =>
        choice.Condition is Position.Sees { Sight: var sight }
            ? [choice with { Condition = new Position.Sees(sight with { Queries = sight.Keys, Keys = sight.Queries }) }]
            : [];

    private IEnumerable<Tile> Others(Tile tile) => _tiles.Where(other => other != tile);

    /// <summary>The tile with another axis.</summary>
    private IEnumerable<Tile> Retargeted(Tile tile) =>
        _dims.SelectMany(dim => new[] { new Tile(tile.Name, dim, tile.Columns), new Tile(tile.Name, tile.Rows, dim) })
            .Where(other => other.Rows != tile.Rows || other.Columns != tile.Columns);

    /// <summary>A loop with other bounds, whose loads and stores are in it still.</summary>
    private static Statement InLoop(Statement statement, TokenLoop loop)
    {
        var before = LoopOf(statement)!;
        var body = new Substitution(one => one switch
        {
            Load load when load.Loop == before => [load with { Loop = loop }],
            Store store when store.Loop == before => [store with { Loop = loop }],
            _ => null,
        }).Apply(statement.Body());
        return statement is Fold fold
            ? fold with { Loop = loop, Body = body }
            : ((Generator.Tiles.Parallel)statement) with { Loop = loop, Body = body };
    }

    private Mutant Replaced(Statement statement, string what, params Statement[] others) =>
        new(what, new Substitution(one => one == statement ? others : null).Apply(_program));

    private Statement? NextOf(Statement statement) => Blocks()
        .Select(block => block.SkipWhile(one => one != statement).Skip(1).FirstOrDefault())
        .FirstOrDefault(next => next is not null);

    private IEnumerable<IReadOnlyList<Statement>> Blocks() => _statements.Select(one => one.Body()).Prepend(_program.Body);

    private static bool DependOnEachOther(Statement a, Statement b)
    {
        var (first, second) = (Touched(a), Touched(b));
        return first.Writes.Overlaps(second.Reads) || first.Writes.Overlaps(second.Writes) || first.Reads.Overlaps(second.Writes);

        static (HashSet<Tile> Reads, HashSet<Tile> Writes) Touched(Statement statement) =>
            ([.. Dataflow.Flatten([statement]).SelectMany(Dataflow.Reads)], [.. Dataflow.Flatten([statement]).SelectMany(Dataflow.Writes)]);
    }

    private static TokenLoop? LoopOf(Statement statement) => statement switch
    {
        Fold fold => fold.Loop,
        Generator.Tiles.Parallel parallel => parallel.Loop,
        _ => null,
    };

    private static string Text(Statement statement) =>
        ProgramText.Describe(statement) + (statement is Load or Store or Reduce ? $" {Axes(statement)}" : "");

    private static string Axes(Statement statement) => statement switch
    {
        Load load => ProgramText.Shape(load.Target),
        Store store => ProgramText.Shape(store.Source),
        Reduce reduce => $"[{reduce.Rows} × {reduce.Columns}]",
        _ => "",
    };

    /// <summary>Puts other statements in the place of some, and verifies nothing.</summary>
    /// <param name="instead">What stands in the place of a statement; null: the statement.</param>
    private sealed class Substitution(Func<Statement, IEnumerable<Statement>?> instead) : Rewriter
    {
        public TileProgram Apply(TileProgram program) => program with { Body = Block(program.Body) };

        public IReadOnlyList<Statement> Apply(IReadOnlyList<Statement> block) => Block(block);

        protected override IEnumerable<Statement> Statement(Statement statement) => instead(statement) ?? base.Statement(statement);
    }
}
