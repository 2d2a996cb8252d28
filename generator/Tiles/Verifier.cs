using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// Proves that a program says something: every tile is made before it is read, once, where its axes have a position; shapes fit; states
/// change in their own fold alone; nothing is made that nobody reads. Whoever builds or rewrites a program has it checked.
/// </summary>
internal sealed class Verifier
{
    private readonly TileProgram _program;
    private readonly List<ProgramFault> _faults = [];
    private readonly Dictionary<string, Tile> _names = [];
    private readonly Dictionary<Tile, Statement> _unread = [];
    private readonly List<TokenLoop> _loops = [];
    private readonly List<string> _counters = [];
    private readonly List<State> _folding = [];
    private Runs? _runs;
    private bool _isBetweenRuns;

    /// <summary>The tiles that the current statement can read, but for parameters and what an earlier program has kept.</summary>
    private HashSet<Tile> _made = [];

    private Verifier(TileProgram program)
    {
        _program = program;
        foreach (var parameter in program.Parameters)
        {
            Name(parameter, null);
        }
    }

    /// <exception cref="MalformedProgramException">The program has a fault; the first is named.</exception>
    public static void Check(TileProgram program)
    {
        if (Faults(program) is [var first, ..])
        {
            throw new MalformedProgramException(program.Name, first);
        }
    }

    /// <summary>All faults, in the order of the statements.</summary>
    public static IReadOnlyList<ProgramFault> Faults(TileProgram program)
    {
        var verifier = new Verifier(program);
        verifier.Program();
        return verifier._faults;
    }

    private void Program()
    {
        if (_program.StateIsGiven)
        {
            _made.UnionWith(_program.State?.Members ?? []);
        }

        foreach (var statement in _program.Body)
        {
            Require(statement is Tiles.Fold or Tiles.Parallel or Tiles.ForEach, statement, "stands outside of all loops over tokens");
            if (statement is Fold fold)
            {
                Require(fold.State == _program.State, statement, "is no fold over the state of the program");
            }
        }

        Block(_program.Body);
        foreach (var (tile, statement) in _unread.Select(pair => (pair.Key, pair.Value)))
        {
            Fault(statement, $"makes {tile}, which nothing reads");
        }
    }

    private void Block(IReadOnlyList<Statement> block)
    {
        foreach (var statement in block)
        {
            statement.Switch(
                Load, Store, Multiply, Map, Transpose, Reduce, Rebase, Runs, Fold, Parallel, ForEach, AddToTable, LoadBand, Skew);
        }
    }

    /// <summary>A block whose tiles nobody sees outside of it.</summary>
    private void Inner(IReadOnlyList<Statement> block)
    {
        var outside = _made;
        _made = [.. outside];
        Block(block);
        _made = outside;
    }

    private void Load(Load load)
    {
        Transfer(load, load.Source, load.Target, load.Loop);
        Require(load.Source.Access == OperandAccess.Read, load, $"reads {load.Source}, which is to be written");
        Require(
            load.Target.IsWhole == (load.Source.Element == OperandElement.Int32), load,
            $"takes {load.Source} for other numbers than it holds");
        Require(
            !load.IsAtPositions || (load.Source.IsOfKeys && load.Loop is { Stride: 1, Offset: TokenIndex.Constant { Value: 0 } }), load,
            $"reads {load.Source} where queries stand, but it has no row for each key");
        Rotate(load.Rotation, load.Target, load);
        Make(load.Target, load);
    }

    private void Store(Store store)
    {
        Use(store.Source, store);
        Transfer(store, store.Destination, store.Source, store.Loop);
        Require(store.Destination.Access != OperandAccess.Read, store, $"writes {store.Destination}, which is to be read");
        Require(
            store.Destination.Access != OperandAccess.Write || store.Destination.SharedBy == OperandSharing.None, store,
            $"overwrites {store.Destination}, which other heads overwrite too");
        Rotate(store.Rotation, store.Source, store);
        Require(
            store.Rotation is null || store.Source is not StateMember, store,
            $"rotates {store.Source} in place, which the state goes on from");
        Require(
            store.Rotation is null || Dataflow.Flatten(_program.Body).Count(other => Dataflow.Reads(other).Contains(store.Source)) == 1,
            store,
            $"rotates {store.Source} in place, which another statement reads");
    }

    private void Rotate(Rotation? rotation, Tile tile, Statement statement)
    {
        if (rotation is not null)
        {
            Use(rotation, statement);
            Require(
                rotation.Columns == tile.Columns && tile.Columns.Size % 2 == 0, statement,
                $"rotates pairs of {rotation.Columns}, but {tile} is {ProgramText.Shape(tile)}");
        }
    }

    private void AddToTable(AddToTable add)
    {
        Use(add.Source, add);
        var (rows, columns) = (add.Source.Rows, add.Source.Columns);
        Sees(add.Entry.Sight, rows, columns, add);
        Whole(add.Entry.Sight, add.Entry.Number.TokenNumbers, rows, columns, add);
        Require(
            add.Entry.Table is { IsTable: true, Access: OperandAccess.Accumulate } && _program.Operands.Contains(add.Entry.Table), add,
            $"adds to {add.Entry.Table}, which is no table to be added to");
    }

    private void LoadBand(LoadBand load)
    {
        var (source, target) = (load.Source, load.Target);
        Require(_program.Operands.Contains(source), load, $"names {source}, which is no operand of the program");
        Require(source.Access == OperandAccess.Read, load, $"reads {source}, which is to be written");
        Require(
            source is { IsOfKeys: true, Element: OperandElement.Float32 }, load, $"reads {source} by positions, but it has no row for each");
        Require(target.Rows.Between is not null, load, $"loads rows {target.Rows}, which are no band");
        Require(target.Columns == source.Columns, load, $"loads columns {target.Columns}, but {source} has {source.Columns}");
        Make(target, load);
    }

    private void Skew(Skew skew)
    {
        Use(skew.Source, skew);
        var (band, plain) = skew.IsAdjoint ? (skew.Target, skew.Source) : (skew.Source, skew.Target);
        Require(
            band.Columns.Between is { } between && between.Rows == plain.Rows && between.Rows == band.Rows
            && between.Columns == plain.Columns,
            skew, $"makes {ProgramText.Shape(skew.Target)} of {ProgramText.Shape(skew.Source)}, which is no band of it");
        Make(skew.Target, skew);
    }

    private void Transfer(Statement statement, Operand operand, Tile tile, TokenLoop loop)
    {
        Require(!operand.IsTable, statement, $"moves rows of {operand}, which is a table");
        Require(_program.Operands.Contains(operand), statement, $"names {operand}, which is no operand of the program");
        Require(_loops.Contains(loop), statement, $"stands outside of its loop over {loop.Tokens}");
        Require(tile.Rows == loop.Tokens, statement, $"moves rows {tile.Rows}, but the loop runs over {loop.Tokens}");
        Require(tile.Columns == operand.Columns, statement, $"moves columns {tile.Columns}, but {operand} has {operand.Columns}");
    }

    private void Multiply(MatMul product)
    {
        Use(product.A, product);
        Use(product.B, product);
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        var (innerB, columns) = product.TransposeB ? (product.B.Columns, product.B.Rows) : (product.B.Rows, product.B.Columns);
        Require(inner == innerB, product, $"sums over {inner} of {product.A}, but over {innerB} of {product.B}");
        Require(
            product.Target.Rows == rows && product.Target.Columns == columns, product,
            $"gives [{rows} × {columns}], but {product.Target} is {ProgramText.Shape(product.Target)}");
        Require(product.A is not Parameter, product, "has a parameter on its left; parameters are right-hand operands");
        Require(
            product.B is not Parameter { Form: ParameterForm.Vector or ParameterForm.Rotation }, product,
            "multiplies by what is no right-hand operand of products");
        Require(
            product.Structure != Structure.LowerTarget || (rows.IsTokens && rows == columns), product,
            $"is lower triangular, but has rows {rows} and columns {columns}");
        Require(
            product.Structure != Structure.LowerLeft || (!product.TransposeA && rows.IsTokens && rows == inner), product,
            $"takes {product.A} for lower triangular, which has rows {product.A.Rows} and columns {product.A.Columns}");
        MakeOrAdd(product.Target, product, product.Accumulate);
    }

    private void Map(Map map)
    {
        var (rows, columns) = (map.Target.Rows, map.Target.Columns);
        Require(
            map.Branches.Count == 1 || map.Branches.Count == columns.Segments, map,
            $"has {map.Branches.Count} branches for {columns.Segments} segments of {columns}");
        foreach (var branch in map.Branches)
        {
            Expression(branch, rows, columns, map.Branches.Count, map);
        }

        var adds = Dataflow.Reads(map).Contains(map.Target);
        if (map.Target is StateMember)
        {
            Require(
                map.Branches is [Expr.Binary { Operator: BinaryOperator.Add, Left: Expr.Element first, Right: Expr.Element }]
                && first.Variable == map.Target,
                map, $"changes {map.Target}, to which tiles can only be added");
        }

        MakeOrAdd(map.Target, map, adds);
    }

    private void Transpose(Transpose transpose)
    {
        Use(transpose.Source, transpose, asWhole: transpose.Source.IsWhole);
        Require(
            transpose.Target.IsWhole == transpose.Source.IsWhole, transpose, $"makes other numbers of {transpose.Source} than it holds");
        Require(
            transpose.Source.IsColumnVector, transpose,
            $"takes {transpose.Source} for a column vector, which is {ProgramText.Shape(transpose.Source)}");
        Require(
            transpose.Target.IsRowVector && transpose.Target.Columns == transpose.Source.Rows, transpose,
            $"gives [1 × {transpose.Source.Rows}], but {transpose.Target} is {ProgramText.Shape(transpose.Target)}");
        Make(transpose.Target, transpose);
    }

    private void Reduce(Reduce reduce)
    {
        Expression(reduce.Body, reduce.Rows, reduce.Columns, 1, reduce);
        Position(reduce.Rows, reduce);
        Position(reduce.Columns, reduce);
        var target = reduce.Target;
        Require(
            (target.IsColumnVector && target.Rows == reduce.Rows) || (target.IsRowVector && target.Columns == reduce.Columns), reduce,
            $"runs over [{reduce.Rows} × {reduce.Columns}], whose reduction {target} {ProgramText.Shape(target)} cannot be");
        Require(!reduce.Accumulate || reduce.Reduction == Reduction.Sum, reduce, "adds a maximum");
        MakeOrAdd(target, reduce, reduce.Accumulate);
        if (reduce.Rest is { } rest)
        {
            Require(
                rest.Rows == target.Rows && rest.Columns == target.Columns, reduce,
                $"leaves a rest {ProgramText.Shape(rest)} of a sum {ProgramText.Shape(target)}");
            Require(
                !reduce.Accumulate && reduce.Reduction == Reduction.Sum && target.IsColumnVector, reduce,
                "leaves a rest, which only sums of rows that are made new have");
            Make(rest, reduce);
        }
    }

    private void Rebase(Rebase rebase)
    {
        Use(rebase.Candidate, rebase);
        Raise(rebase.State, rebase);
        Require(
            rebase.State.Reference is { } reference
            && reference.Rows == rebase.Candidate.Rows
            && reference.Columns == rebase.Candidate.Columns,
            rebase, $"raises to {rebase.Candidate} {ProgramText.Shape(rebase.Candidate)}, which has not the shape of the reference");
    }

    private void Runs(Runs runs)
    {
        Require(_runs is null, runs, "stands within other runs");
        Raise(runs.State, runs);
        Require(runs.State.Reference is { IsRowVector: true }, runs, "raises what is no row of references");
        var rows = runs.Logarithms.Rows;
        Require(
            rows.IsTokens && runs.Logarithms.Columns == runs.State.Axis, runs,
            $"compares {ProgramText.Shape(runs.Logarithms)} with references along {runs.State.Axis}");
        Expression(runs.Values, rows, runs.State.Axis, runs.State.Axis.Segments, runs);
        if (runs.Values is not Expr.Element)
        {
            Name(runs.Logarithms, runs);
        }

        _runs = runs;
        Inner(runs.Body);
        _runs = null;
        _isBetweenRuns = true;
        Inner(runs.Between);
        _isBetweenRuns = false;
    }

    private void Fold(Fold fold)
    {
        Require(
            _folding.Count == 0 && _loops.Count == 0 ? fold.State == _program.State : fold.State != _program.State, fold,
            "folds the state of the program within another loop, or another state outside of all");
        Require(fold.State != _program.Kept, fold, "changes what an earlier program has kept");
        Require(!fold.State.Members.Any(_made.Contains), fold, $"folds {fold.State.Name} a second time");
        foreach (var member in fold.State.Members)
        {
            Name(member, fold);
            Position(member.Rows, fold);
            Position(member.Columns, fold);
        }

        _made.UnionWith(fold.State.Members);
        _folding.Add(fold.State);
        Loop(fold.Loop, fold.Body, fold);
        _folding.Remove(fold.State);
    }

    private void Parallel(Parallel parallel) => Loop(parallel.Loop, parallel.Body, parallel);

    private void ForEach(ForEach each)
    {
        Require(each.Count > 0, each, "is never executed");
        Require(!_counters.Contains(each.Counter.Name), each, $"counts by {each.Counter.Name}, by which it is counted already");
        _counters.Add(each.Counter.Name);
        Inner(each.Body);
        _counters.Remove(each.Counter.Name);
    }

    private void Loop(TokenLoop loop, IReadOnlyList<Statement> body, Statement statement)
    {
        Require(loop.Tokens.IsTokens, statement, $"runs over {loop.Tokens}, which is no axis of tokens");
        Require(_loops.TrueForAll(outer => outer.Tokens != loop.Tokens), statement, $"runs over {loop.Tokens} within a loop over it");
        Require(loop.Stride != 0, statement, "stays at one token");
        if (loop.Sight is { } sight)
        {
            var other = loop.Tokens == sight.Keys ? sight.Queries : sight.Keys;
            Require(
                loop.Tokens == sight.Keys || loop.Tokens == sight.Queries, statement,
                $"asks which {sight.Queries} see which {sight.Keys}");
            Require(IsLooped(other), statement, $"is seen from {other}, which no loop around it runs over");
            Require(
                loop is { Stride: 1, From: TokenIndex.Constant { Value: 0 }, To: TokenIndex.Length }, statement,
                "leaves out tokens that may be seen");
        }

        foreach (var index in new[] { loop.From, loop.To, loop.Offset })
        {
            Index(index, statement);
        }

        _loops.Add(loop);
        Inner(body);
        _loops.Remove(loop);
    }

    private void Expression(Expr expression, Dim rows, Dim columns, int branches, Statement statement)
    {
        foreach (var part in expression.Flatten())
        {
            Require(part is not Expr.Argument, statement, "reads the argument of a function, outside of any");
            if (part is Expr.Element { Variable: TokenNumber number })
            {
                Sees(number.Sight, rows, columns, statement);
                Whole(number.Sight, number.Number.TokenNumbers, rows, columns, statement);
                Require(
                    number is not TableEntry entry
                    || (entry.Table is { IsTable: true, Access: OperandAccess.Read } && _program.Operands.Contains(entry.Table)),
                    statement, $"looks up {number}, which is in no table of the program");
                continue;
            }

            if (part is Expr.Element { Variable: Tile tile })
            {
                Use(tile.Whole, statement);
                var isSegment = branches > 1 && !columns.IsTokens && tile.Columns.Size * branches == columns.Size;
                Require(
                    (tile.Rows == rows || tile.IsRowVector) && (tile.Columns == columns || tile.IsColumnVector || isSegment), statement,
                    $"reads {tile} {ProgramText.Shape(tile)} for each element of [{rows} × {columns}]");
                Require(
                    tile is not Segment segment || (segment.Index >= 0 && segment.Index < segment.Whole.Columns.Segments
                        && segment.Columns.Size * segment.Whole.Columns.Segments == segment.Whole.Columns.Size), statement,
                    $"reads {tile}, which is no part of {tile.Whole} {ProgramText.Shape(tile.Whole)}");
                Require(
                    tile is not Parameter { Form: not ParameterForm.Vector }, statement,
                    $"reads elements of {tile}, which is for products only");
            }
        }

        foreach (var condition in Dataflow.Conditions(expression))
        {
            _ = condition.Match<object?>(
                compare: _ => null,
                both: _ => null,
                either: _ => null,
                not: _ => null,
                below: below =>
                {
                    Require(below.Tokens == rows, statement, $"asks for the position along {below.Tokens}, but its rows are {rows}");
                    Position(below.Tokens, statement);
                    Index(below.Limit, statement);
                    return null;
                },
                sees: sees =>
                {
                    Sees(sees.Sight, rows, columns, statement);
                    Whole(sees.Sight, sees.Sight.Visibility.TokenNumbers, rows, columns, statement);
                    return null;
                },
                inRun: _ =>
                {
                    Require(
                        _runs is not null && _runs.Logarithms.Rows == rows, statement, "asks for a run, but stands in none of its rows");
                    return null;
                });
        }
    }

    /// <summary>Rows and columns are the queries and keys of a sight.</summary>
    private void Sees(Sight sight, Dim rows, Dim columns, Statement statement)
    {
        Require(
            (sight.Keys == columns && sight.Queries == rows) || (sight.Keys == rows && sight.Queries == columns), statement,
            $"asks which {sight.Queries} see which {sight.Keys}, but has rows {rows} and columns {columns}");
        Require(rows.IsTokens && columns.IsTokens, statement, $"compares positions, but has rows {rows} and columns {columns}");
    }

    /// <summary>The numbers of tokens that are asked for are there, along the axis of the tokens.</summary>
    private void Whole(Sight sight, IEnumerable<Term.OfToken> numbers, Dim rows, Dim columns, Statement statement)
    {
        foreach (var number in numbers)
        {
            var axis = sight.AxisOf(number.Place);
            if (sight.TileOf(number) is not { } tile)
            {
                Fault(statement, $"asks for {sight.NameOf(number)}, which is nowhere");
                continue;
            }

            Use(tile, statement, asWhole: true);
            Require(
                axis == rows ? tile.IsColumnVector && tile.Rows == axis : axis == columns && tile.IsRowVector && tile.Columns == axis,
                statement, $"asks for {sight.NameOf(number)}, but {tile} is {ProgramText.Shape(tile)}");
        }
    }

    /// <summary>An index asks only for what is known where it stands.</summary>
    private void Index(TokenIndex index, Statement statement)
    {
        foreach (var part in index.Flatten())
        {
            var (known, what) = part.Match(
                constant: _ => (true, ""),
                length: length => (_program.Operands.Contains(length.Operand), $"the length of {length.Operand}, which is no operand"),
                start: start => (IsLooped(start.Tokens), $"the start of {start.Tokens}, which no loop around it runs over"),
                end: end => (IsLooped(end.Tokens), $"the end of {end.Tokens}, which no loop around it runs over"),
                counter: counter => (_counters.Contains(counter.Name), $"the counter {counter.Name}, which nothing around it counts"),
                sum: _ => (true, ""),
                difference: _ => (true, ""),
                extremum: _ => (true, ""),
                stridedCount: count => (count.Stride > 0, $"a stride of {count.Stride}"));
            Require(known, statement, $"asks for {what}");
        }
    }

    private void Raise(State state, Statement statement)
    {
        Require(_folding.Contains(state), statement, $"raises the reference of {state.Name} outside of its fold");
        Require(state.Reference is not null, statement, $"raises the reference of {state.Name}, which has none");
    }

    private void Use(Tile tile, Statement statement, bool asWhole = false)
    {
        _unread.Remove(tile);
        Require(
            tile.IsWhole == asWhole, statement,
            asWhole ? $"takes {tile} for whole numbers, which it does not hold" : $"computes with {tile}, which holds whole numbers");
        Require(
            tile switch
            {
                Parameter parameter => _program.Parameters.Contains(parameter),
                StateMember member when member.State == _program.Kept => true,
                _ => _made.Contains(tile),
            },
            statement, $"reads {tile}, which is not made before it");
    }

    private void MakeOrAdd(Tile tile, Statement statement, bool adds)
    {
        if (adds)
        {
            // Who only adds to it does not read it.
            var maker = _unread.TryGetValue(tile, out var unread) ? unread : null;
            Use(tile, statement);
            if (maker is not null)
            {
                _unread[tile] = maker;
            }

            Require(tile is not StateMember member || _folding.Contains(member.State), statement, $"changes {tile} outside of its fold");
        }
        else
        {
            Make(tile, statement);
        }
    }

    private void Make(Tile tile, Statement statement)
    {
        Require(tile is not (Parameter or Segment or StateMember), statement, $"makes {tile}, which is there already");
        Require(_isBetweenRuns || !_made.Contains(tile), statement, $"makes {tile} a second time");
        Require(!tile.IsWhole || statement is Tiles.Load or Tiles.Transpose, statement, $"makes whole numbers of {tile}");
        Name(tile, statement);
        Position(tile.Rows, statement);
        Position(tile.Columns, statement);
        if (_made.Add(tile) && !_isBetweenRuns)
        {
            _unread[tile] = statement;
        }
    }

    /// <summary>A name means one tile; but what is made again between runs may have the name of what it was.</summary>
    private void Name(Tile tile, Statement? statement)
    {
        if (_names.TryGetValue(tile.Name, out var other) && other != tile && !_isBetweenRuns)
        {
            Fault(statement, $"gives the name {tile} to a second tile");
        }

        _names[tile.Name] = tile;
    }

    private void Position(Dim dim, Statement statement) =>
        Require(!dim.IsTokens || IsLooped(dim), statement, $"has an axis {dim}, which no loop around it runs over");

    private bool IsLooped(Dim tokens) => tokens.Between is { } between
        ? IsLooped(between.Rows) && IsLooped(between.Columns)
        : _loops.Exists(loop => loop.Tokens == tokens);

    private void Require(bool holds, Statement statement, string what)
    {
        if (!holds)
        {
            Fault(statement, what);
        }
    }

    private void Fault(Statement? statement, string what) => _faults.Add(new ProgramFault(statement, what));
}
