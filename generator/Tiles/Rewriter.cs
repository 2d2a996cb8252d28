using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// Makes a program of a program. What a rewrite does not change stays the very object it was, so that statements can be recognised
/// afterwards; what comes out is verified.
/// </summary>
internal abstract class Rewriter
{
    /// <exception cref="MalformedProgramException">What comes out is malformed.</exception>
    public TileProgram Rewrite(TileProgram program)
    {
        var rewritten = program with { Body = Block(program.Body) };
        Verifier.Check(rewritten);
        return rewritten;
    }

    /// <summary>A block, statement by statement.</summary>
    protected virtual IReadOnlyList<Statement> Block(IReadOnlyList<Statement> block)
    {
        Statement[] rewritten = [.. block.SelectMany(Statement)];
        return rewritten.SequenceEqual(block) ? block : rewritten;
    }

    /// <summary>What stands in the place of a statement: the statement with its parts rewritten, unless a rewrite says otherwise.</summary>
    protected virtual IEnumerable<Statement> Statement(Statement statement) => [WithParts(statement)];

    /// <summary>An expression of a statement.</summary>
    protected virtual Expr Expression(Expr expression) => expression;

    /// <summary>The statement with its expressions and blocks rewritten.</summary>
    protected Statement WithParts(Statement statement) => statement.Match<Statement>(
        load: load => load,
        store: store => store,
        matMul: product => product,
        map: map =>
        {
            Expr[] branches = [.. map.Branches.Select(Expression)];
            return branches.Zip(map.Branches, ReferenceEquals).All(same => same) ? map : map with { Branches = branches };
        },
        transpose: transpose => transpose,
        reduce: reduce => Expression(reduce.Body) is var body && ReferenceEquals(body, reduce.Body) ? reduce : reduce with { Body = body },
        rebase: rebase => rebase,
        runs: runs =>
        {
            var (values, body, between) = (Expression(runs.Values), Block(runs.Body), Block(runs.Between));
            return ReferenceEquals(values, runs.Values) && ReferenceEquals(body, runs.Body) && ReferenceEquals(between, runs.Between)
                ? runs
                : runs with { Values = values, Body = body, Between = between };
        },
        fold: fold => Block(fold.Body) is var body && ReferenceEquals(body, fold.Body) ? fold : fold with { Body = body },
        parallel: parallel =>
            Block(parallel.Body) is var body && ReferenceEquals(body, parallel.Body) ? parallel : parallel with { Body = body },
        forEach: each => Block(each.Body) is var body && ReferenceEquals(body, each.Body) ? each : each with { Body = body },
        addToTable: add => add,
        loadBand: load => load,
        skew: skew => skew);
}
