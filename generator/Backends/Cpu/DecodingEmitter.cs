using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Rewrites;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits decoding from a causal tile program: the same statements for one token, with the last tile left open between calls.
/// </summary>
/// <remarks>
/// <para>
/// In a fold over a state, the statements whose target has a row a token run when the token comes; those whose target has none (sums over
/// the tile) wait until the tile, the open block, is full or its run ends. What they and later tokens read of a token is remembered in the
/// block, a row each. So a step is the program's own tile with the rows that are still to come left out, which a causal program does not
/// see anyway.
/// </para>
/// <para>
/// A program that folds over the keys for each query keeps what it loads of every key instead, and a step is its body for one query.
/// </para>
/// </remarks>
internal sealed class DecodingEmitter
{
    /// <summary>
    /// Tokens of an open block. A step reads half of them on average, and each block reads and writes the state once more: about 16 touch
    /// the fewest bytes at the usual sizes.
    /// </summary>
    private const int BlockTokens = 16;

    /// <summary>
    /// Keys that a step goes through at a time where all keys are remembered; a multiple of <see cref="RowProductCall.DotRows"/>.
    /// </summary>
    private const int RememberedTokens = 64;

    /// <summary>Of a larger window all rows are kept: there is hardly memory for what could be forgotten.</summary>
    private const int MostWindowRows = 1 << 26;

    /// <summary>Floats of remembered keys that the second-level cache surely has no room for (4 MB).</summary>
    private const int NearFloats = 1 << 20;

    private readonly CpuSchedule _schedule;
    private readonly TileProgram _program;
    private readonly KernelText _text;
    private readonly StateEmitter _states;
    private readonly BufferPlan _buffers;
    private readonly SourceWriter _writer = new();

    /// <summary>All statements, outer ones before inner ones.</summary>
    private readonly List<Statement> _statements;

    /// <summary>The body for one token.</summary>
    private readonly IReadOnlyList<Statement> _body;

    /// <summary>
    /// What is remembered of a token, where that of the first token is, and how far apart tokens are. An open block holds one tile after
    /// the other, laid out as in a whole sequence, so that the products of both are one method; a cache that grows has all of a token side
    /// by side.
    /// </summary>
    private readonly List<(Tile Tile, int Offset, int Stride)> _remembered = new();

    private readonly Runs? _runs;

    /// <summary>How a fold over remembered keys keeps its sums; null where there is none.</summary>
    private readonly SumGroups? _groups;

    public DecodingEmitter(TileProgram program, KernelText text)
    {
        var isFold = program.Body[0] is Fold;
        _program = program;
        _text = text;
        _schedule = new CpuSchedule(program) { SweepRows = 1, TileTokens = isFold ? BlockTokens : RememberedTokens };
        _states = new StateEmitter(_schedule, text);
        _buffers = new BufferPlan(_schedule);

        // Nobody asks a step for the log-sum-exp.
        _body = DropOptionalStores.Of(OneToken.Of(program)).Body[0].Body();
        _statements = Dataflow.Flatten(_body).ToList();
        _runs = _body.OfType<Runs>().SingleOrDefault();
        _groups = _statements.OfType<Fold>().Select(fold => new SumGroups(fold)).SingleOrDefault();
        BlockRows = isFold ? BlockTokens : 0;
        PlaceRemembered(isFold);
        PlaceRows();
    }

    /// <summary>Tokens of the open block; 0 where the rows of all tokens are remembered.</summary>
    public int BlockRows { get; }

    /// <summary>Floats that are remembered of a token.</summary>
    public int RowFloats { get; private set; }

    /// <summary>Writes the members of IDecodingKernel.</summary>
    public void Emit(SourceWriter writer)
    {
        var step = Captured(Step);
        var close = BlockRows > 0 ? Captured(CloseBlock) : "";
        writer.Line($"public static int DecodingStateFloats => {Text(_schedule.StateFloats(_program.State) + MaximaFloats)};");
        writer.Line($"public static int BlockRows => {Text(BlockRows)};");
        writer.Line($"public static int RowFloats => {Text(RowFloats)};");
        if (WindowRows > 0)
        {
            writer.Line($"public static int WindowRows => {Text(WindowRows)};");
            writer.Line($"public static int FirstRows => {Text(FirstRows)};");
        }

        writer.Line($"public static int StepScratchFloats => {Text(_buffers.Floats)};");
        Layout(writer, "StateLayout", StateLayout());
        Layout(writer, "RowLayout", _remembered.SelectMany(own => Segments(own.Tile, own.Offset, own.Stride)));
        writer.Line();
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static int Step(in _HeadOperands head, int count, ref float state, ref float rows, ref float scratch)"))
        {
            writer.Line(step);
        }

        writer.Line();
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void CloseBlock(int count, ref float state, ref float rows, ref float scratch)"))
        {
            if (BlockRows > 0)
            {
                writer.Line(close);
            }
        }

        writer.Line();
        using (writer.Block("public static void Keep(in _HeadOperands head, int count, ref float rows)"))
        {
            if (BlockRows == 0)
            {
                foreach (var load in _statements.OfType<Load>().Where(load => IsRemembered(load.Target)))
                {
                    var (tensor, stride, columns) = Tensor(load.Source);
                    writer.Line($"// {load.Source} [tokens × {load.Source.Columns}]");
                    writer.Line($"_TileCopy.Load(ref {tensor}, {stride}, count, {columns}, ref _Unsafe.Add(ref rows, {Text(OffsetOf(load.Target))}), {Text(RowFloats)});");
                    if (load.Rotation is { } rotation)
                    {
                        // Remembered as they are read: no step rotates them again.
                        writer.Line(Reference(rotation));
                        writer.Line(RotaryCall.Of(
                            rotation, $"ref _Unsafe.Add(ref rows, {Text(OffsetOf(load.Target))})", RowFloats, "count", "head.KeyPosition"));
                    }
                }
            }
        }
    }

    /// <summary>What the query sees of the keys before it; null: all of them.</summary>
    private Sight? Sight => _statements.OfType<Fold>().Select(fold => fold.Loop.Sight).FirstOrDefault(
        sight => sight is not null && sight.Visibility != Visibility.Causal);

    /// <summary>The rows that a step reads, its own among them, beside the first; 0: it may read all.</summary>
    private int WindowRows => Sight?.Visibility is { Window: <= MostWindowRows and var window, Sinks: <= MostWindowRows } ? (int)window : 0;

    /// <summary>The first rows that are always read, in whole tiles.</summary>
    private int FirstRows =>
        WindowRows == 0 ? 0 : (int)(Sight!.Visibility.Sinks + RememberedTokens - 1) / RememberedTokens * RememberedTokens;

    private int MaximaFloats => _runs is null ? 0 : _schedule.Floats(_runs.State.Reference!);

    private string Captured(Action emit)
    {
        var before = _writer.ToString().Length;
        emit();
        return _writer.ToString().Substring(before).TrimEnd('\n');
    }

    private void PlaceRemembered(bool isFold)
    {
        var loadedInFold = _statements.OfType<Fold>().SelectMany(fold => fold.Body).OfType<Load>().Select(load => load.Target);
        var readWhole = _statements.Where(Waits).SelectMany(Dataflow.Reads)
            .Concat(_statements.Where(statement => !Waits(statement)).OfType<MatMul>().Select(product => product.B))
            .Where(tile => tile.Rows.IsTokens);
        var tiles = (isFold ? readWhole : loadedInFold).Distinct().ToArray();
        RowFloats = tiles.Sum(Floats);
        var before = 0;
        foreach (var tile in tiles)
        {
            var stride = isFold ? Floats(tile) : RowFloats;
            _remembered.Add((tile, isFold ? BlockTokens * before : before, stride));
            _buffers.Place(tile, stride);
            before += Floats(tile);
        }

        int Floats(Tile tile) => isFold ? _schedule.Stride(tile) : CpuSchedule.RoundToLine(_schedule.Stride(tile));
    }

    /// <summary>
    /// A row of scratch memory for every other tile. Operands of products with the same parameter are neighbours, and so are their results.
    /// </summary>
    private void PlaceRows()
    {
        foreach (var group in Projected())
        {
            foreach (var tile in group.Select(product => product.A).Concat(group.Select(product => product.Target)))
            {
                _buffers.Add(tile, 1, _schedule.Stride(tile));
            }

            if (group.Key.Form == ParameterForm.Transform)
            {
                // A transform writes a vector of tokens.
                _buffers.AddWork(
                    $"spare{group.Key}", (HadamardCall.MostRows - group.Count()) * Spacing(_schedule.Stride(group.First().Target)));
            }
        }

        foreach (var tile in _statements.SelectMany(Dataflow.Writes).Distinct())
        {
            if (!_buffers.Contains(tile) && (tile is not StateMember member || member.State != _program.State)
                && !_statements.OfType<Skew>().Any(skew => skew.Target == tile))
            {
                _buffers.Add(tile, tile.Rows.Between is null ? 1 : RememberedTokens, _schedule.Stride(tile));
            }
        }

        foreach (var sum in _groups?.Sums ?? [])
        {
            foreach (var name in new[] { SumGroups.Rest(sum) }.Concat(_groups!.Work(sum)))
            {
                _buffers.AddWork(name, RowOf(sum));
            }
        }

        if (_runs is not null)
        {
            _buffers.AddWork("factor", _schedule.Floats(_runs.State.Reference!));
        }

        if (_program.Parameters.FirstOrDefault() is { Form: ParameterForm.Transform } projections)
        {
            _buffers.AddWork("transform", HadamardCall.WorkFloats(projections));
        }
    }

    /// <summary>
    /// The products with each parameter: their operands are loaded first, so that the parameter is read once for all of them.
    /// </summary>
    private IEnumerable<IGrouping<Parameter, MatMul>> Projected() =>
        _statements.OfType<MatMul>().Where(product => product.B is Parameter).GroupBy(product => (Parameter)product.B);

    /// <summary>Whether a statement has to wait for the end of the block: its target has no row for the token.</summary>
    private static bool Waits(Statement statement) =>
        statement is Map or Reduce or MatMul && Dataflow.Writes(statement).Any(tile => !tile.Rows.IsTokens);

    private void Step()
    {
        foreach (var buffer in _buffers.All)
        {
            _writer.Line($"ref var {buffer.Name} = ref _Unsafe.Add(ref scratch, {Text(buffer.Offset)});");
        }

        if (BlockRows > 0)
        {
            References(_statements.Where(statement => !Waits(statement)));
        }

        foreach (var parameter in _program.Parameters)
        {
            _writer.Line(Reference(parameter));
        }

        // The token's own row. (Pairs of a name and the tile, since a fold calls the rows of its keys by the tile's name.)
        foreach (var (tile, offset, stride) in _remembered)
        {
            _writer.Line($"ref var {Own(tile)} = ref _Unsafe.Add(ref rows, ((nint)count * {Text(stride)}) + {Text(offset)});");
        }

        _writer.Line();
        var early = new HashSet<Statement>();
        foreach (var group in Projected())
        {
            foreach (var product in group)
            {
                var load = _statements.OfType<Load>().First(load => load.Target == product.A);
                Load(load);
                early.UnionWith(new Statement[] { load, product });
            }

            Project(group.Key, group.ToArray());
        }

        foreach (var load in _statements.OfType<Load>().Where(load => !early.Contains(load)))
        {
            Load(load);
            early.Add(load);
        }

        Block(_body, early, own: true);
        if (BlockRows == 0)
        {
            _writer.Line("return count + 1;");
            return;
        }

        _writer.Line("count++;");
        using (_writer.Block($"if (count == {Text(BlockRows)})"))
        {
            _writer.Line("CloseBlock(count, ref state, ref rows, ref scratch);");
            _writer.Line("count = 0;");
        }

        _writer.Line("return count;");
    }

    private string Reference(Parameter parameter) =>
        $"ref var {parameter.Name} = ref _Unsafe.Add(ref {OperandTable.Start(OperandTable.Parameters)}, {Text(_schedule.ParameterOffset(_program, parameter))});";

    /// <summary>What waits for the end of the block; then the reference rises as at the end of a run.</summary>
    private void CloseBlock()
    {
        var waiting = _statements.Where(Waits).ToArray();
        var rows = new HashSet<Tile>(waiting.SelectMany(statement => Dataflow.Reads(statement).Concat(Dataflow.Writes(statement))));
        foreach (var buffer in _buffers.All.Where(buffer => buffer.Name == "factor" || rows.Any(tile => tile.Name == buffer.Name)))
        {
            _writer.Line($"ref var {buffer.Name} = ref _Unsafe.Add(ref scratch, {Text(buffer.Offset)});");
        }

        References(waiting);
        foreach (var (tile, offset, _) in _remembered)
        {
            _writer.Line($"ref var {tile.Name} = ref _Unsafe.Add(ref rows, {Text(offset)});");
        }

        _writer.Line();
        foreach (var statement in waiting)
        {
            statement.Switch(
                load: Unsupported.Throw,
                store: Unsupported.Throw,
                matMul: AddBlock,
                map: map => Close(map),
                transpose: Unsupported.Throw,
                reduce: reduce =>
                {
                    if (!reduce.Accumulate)
                    {
                        Fill(reduce.Target, reduce.Reduction == Reduction.Sum ? 0 : double.NegativeInfinity);
                    }

                    Sweep("Compute", [reduce], tile => tile.Name, "count", columns: null);
                },
                rebase: Unsupported.Throw,
                runs: Unsupported.Throw,
                fold: Unsupported.Throw,
                parallel: Unsupported.Throw,
                forEach: Unsupported.Throw,
                addToTable: Unsupported.Throw,
                loadBand: Unsupported.Throw,
                skew: Unsupported.Throw);
        }

        if (_runs is not null)
        {
            Rebase(_runs.State, "top", _runs.Rise);
        }
    }

    private void Close(Map map)
    {
        if (map.Target is not StateMember total)
        {
            Sweep("Compute", [map], tile => tile.Name, "1", columns: null);
            return;
        }

        // One addition a block, in twice the precision.
        _writer.Line($"// {ProgramText.Describe(map)}");
        _writer.Line($"_CompensatedSums.Close(ref {total}, ref {SumGroups.Rest(total)}, ref {total}, ref {Summand(map)}, {Text(_schedule.Floats(total))});");
    }

    private void AddBlock(MatMul product)
    {
        var sum = (StateMember)product.Target;
        var places = new ProductPlaces(
            $"ref {product.A.Name}", _buffers[product.A].Stride, $"ref {product.B.Name}", _buffers[product.B].Stride, _schedule.Stride(sum),
            Rows: "", Inner: "count", Diagonal: "");
        _writer.Line($"// {ProgramText.Describe(product)}");
        _writer.Line(ProductCall.AddCompensated(_schedule, product, places, $"ref {sum.Name}", $"ref {SumGroups.Rest(sum)}"));
    }

    /// <summary>What a statement adds to a sum.</summary>
    private static Tile Summand(Map map) => map.Branches is
    [
        Expr.Binary { Operator: BinaryOperator.Add, Left: Expr.Element left, Right: Expr.Element { Variable: Tile right } }
    ]
        && left.Variable == map.Target
        ? right
        : throw new NotSupportedException($"{ProgramText.Describe(map)} is no sum.");

    /// <summary>What follows the references of the state of the whole program.</summary>
    private static IReadOnlyList<Follower> Followers(State state) =>
        [
            .. SumGroups.Of(state).Select(sum => new Follower(sum.Name, sum)),
            .. SumGroups.Of(state).Select(sum => new Follower(SumGroups.Rest(sum), sum)),
        ];

    /// <summary>References to what is used of the state, and to the maxima of the run, which lie behind it.</summary>
    private void References(IEnumerable<Statement> statements)
    {
        var used = new HashSet<Tile>(statements.SelectMany(statement => Dataflow.Reads(statement).Concat(Dataflow.Writes(statement))));
        foreach (var member in _program.State!.Members.Where(member => _runs is not null || used.Contains(member)))
        {
            _writer.Line($"ref var {member.Name} = ref _Unsafe.Add(ref state, {Text(_schedule.StateOffset(member))});");
        }

        foreach (var sum in SumGroups.Of(_program.State)
            .Where(sum => _runs is not null || statements.Any(statement => SumGroups.IsSum(statement, sum))))
        {
            _writer.Line($"ref var {SumGroups.Rest(sum)} = ref _Unsafe.Add(ref state, {Text(_schedule.RestOffset(sum))});");
        }

        if (_runs is not null)
        {
            _writer.Line($"ref var top = ref _Unsafe.Add(ref state, {Text(_schedule.StateFloats(_program.State))});");
        }
    }

    private void Block(IReadOnlyList<Statement> block, HashSet<Statement> done, bool own)
    {
        var sweep = new List<Statement>();
        string Name(Tile tile) =>
            own ? Own(tile) : tile is StateMember sum && _groups!.Sums.Contains(sum) ? SumGroups.Group(sum) : tile.Name;

        void Flush()
        {
            if (sweep.Count > 0)
            {
                Sweep("Row", sweep.ToArray(), Name, "1", SweepEmitter.Columns(sweep[0]));
                sweep.Clear();
            }
        }

        void Join(Statement statement)
        {
            if (sweep.Count > 0 && SweepEmitter.Columns(sweep[0]) != SweepEmitter.Columns(statement))
            {
                Flush();
            }

            sweep.Add(statement);
        }

        Action<T> Alone<T>(Action<T> emit) => statement =>
        {
            Flush();
            emit(statement);
        };

        foreach (var statement in block.Where(statement => !done.Contains(statement) && !Waits(statement)))
        {
            statement.Switch(
                load: Unsupported.Throw, // all are done first
                store: Alone<Store>(Store),
                matMul: Alone<MatMul>(product => Multiply(product, Name)),
                map: Join,
                transpose: Alone<Transpose>(SideBySide),
                reduce: Join,
                rebase: Alone<Rebase>(RaiseRow),
                runs: Alone<Runs>(runs => Run(runs, done)),
                fold: Alone<Fold>(fold => FoldRemembered(fold, done)),
                parallel: Unsupported.Throw,
                forEach: Unsupported.Throw,
                addToTable: Unsupported.Throw,
                loadBand: Alone<LoadBand>(LoadBand),
                skew: Alone<Skew>(skew => _writer.Line($"ref var {skew.Target} = ref {skew.Source}; // {ProgramText.Describe(skew)}")));
        }

        Flush();
    }

    private void Store(Store store)
    {
        var columns = Text(store.Destination.Columns.Size);
        _writer.Line($"// {ProgramText.Describe(store)}");
        _writer.Line(
            $"_TileCopy.Store(ref {store.Source.Name}, {columns}, 1, {columns}, ref {OperandTable.Start(store.Destination.Name)}, 0);");
    }

    /// <summary>What is remembered of tokens is as far apart as their rows are.</summary>
    private void SideBySide(Transpose transpose)
    {
        var (source, target) = (transpose.Source, transpose.Target);
        _writer.Line($"// {ProgramText.Describe(transpose)}");
        _writer.Line(
            $"_TileCopy.LoadTransposed(ref {source.Name}, {Text(_buffers[source].Stride)}, {source.Rows}Count, 1, ref {target.Name}, {Text(_buffers[target].Stride)});");
    }

    private void RaiseRow(Rebase rebase)
    {
        var followers = _groups!.Followers;
        var all = string.Join(", ", followers.Select(follower => $"ref {follower.Name}").Prepend($"ref {rebase.State.Reference}"));
        _writer.Line($"{_states.RaiseRows(rebase.State, followers)}(ref {rebase.Candidate.Name}, {all}, 1, {ExprPrinter.Literal(rebase.Threshold)}, _SumStage.Grouped);");
    }

    private void Run(Runs runs, HashSet<Statement> done)
    {
        var (logs, c) = (runs.Logarithms.Name, runs.State.Reference!.Name);
        var threshold = ExprPrinter.Literal(runs.Threshold);
        _writer.Line();
        _writer.Line($"// Where {logs} exceeds {c} by more than {threshold} the run ends before this token, and with it the block.");
        using (_writer.Block($"if ({_states.Exceed(runs.State, $"ref {logs}", runs.Threshold)})"))
        {
            using (_writer.Block("if (count > 0)"))
            {
                _writer.Line("CloseBlock(count, ref state, ref rows, ref scratch);");
                _writer.Line("count = 0;");
                foreach (var (tile, offset, _) in _remembered)
                {
                    var source = _statements.OfType<Load>().Any(load => load.Target == tile);
                    if (source)
                    {
                        _writer.Line($"// {tile} moves to the first row of the new block.");
                        _writer.Line($"_TileCopy.Store(ref {Own(tile)}, 0, 1, {Text(_schedule.Stride(tile))}, ref _Unsafe.Add(ref rows, {Text(offset)}), 0);");
                    }

                    _writer.Line($"{Own(tile)} = ref _Unsafe.Add(ref rows, {Text(offset)});");
                }
            }

            Rebase(runs.State, logs, runs.Threshold);
        }

        _writer.Line();
        _writer.Line($"// The largest {runs.Logarithms} of the run.");
        _writer.Line($"_References.Max<{VectorText.Floats}>(ref top, ref {logs}, count == 0, {Text(_schedule.Padded(runs.State.Axis))});");
        Block(runs.Body, done, own: true);
    }

    private void FoldRemembered(Fold fold, HashSet<Statement> done)
    {
        foreach (var member in fold.State.Members)
        {
            _writer.Line($"_MemoryMarshal.CreateSpan(ref {member.Name}, {Text(_schedule.Stride(member))}).Fill({ExprPrinter.Literal(member.Initial)});");
        }

        foreach (var sum in _groups!.Sums)
        {
            foreach (var name in new[] { SumGroups.Rest(sum), SumGroups.Group(sum) })
            {
                _writer.Line($"_MemoryMarshal.CreateSpan(ref {name}, {Text(RowOf(sum))}).Clear();");
            }
        }

        var tokens = fold.Loop.Tokens;
        var (row, range) = ($"{tokens}Start", new LoopRange("0", "(count + 1)"));
        if (Sight is { } sight)
        {
            // The query is a tile of its own, and the last position that there is.
            _writer.Line($"long {sight.Queries}First = head.FirstPosition, {sight.Queries}Last = {sight.Queries}First;");
            range = BodyEmitter.Positions.Range(_writer, fold.Loop, RememberedTokens, "(head.FirstPosition + 1)");
            row = WindowRows == 0 ? row : $"{tokens}Row";
            if (range.HasGaps)
            {
                _writer.Line($"var {tokens}Tiles = 0;");
            }
        }

        _writer.Line();
        _writer.Line($"// The keys so far and this one, {Text(RememberedTokens)} at a time.");
        var step = range.Next is null ? $"{tokens}Start += {Text(RememberedTokens)}" : $"{tokens}Start = {range.Next}";
        using (_writer.Block($"for (var {tokens}Start = {range.From}; {tokens}Start < {range.To}; {step})"))
        {
            _writer.Line($"var {tokens}Count = global::System.Math.Min({Text(RememberedTokens)}, {range.To} - {tokens}Start);");
            if (Sight is not null)
            {
                _writer.Line(BodyEmitter.Positions.Declare(tokens, [Sight]));
                if (range.Unseen is not null)
                {
                    using (_writer.Block($"if ({range.Unseen})"))
                    {
                        _writer.Line("continue;");
                    }

                    _writer.Line();
                }

                if (WindowRows > 0)
                {
                    _writer.Line($"var {row} = {tokens}Start < {Text(FirstRows)} ? {tokens}Start : {tokens}Start - (head.FirstPosition - count); // what lay between is forgotten");
                }
            }

            foreach (var (tile, offset, stride) in _remembered)
            {
                _writer.Line($"ref var {tile.Name} = ref _Unsafe.Add(ref rows, ((nint){row} * {Text(stride)}) + {Text(offset)});");
            }

            using (_writer.Block($"if (count > {Text(NearFloats / RowFloats)})"))
            {
                _writer.Line(
                    "// Beyond the caches of a core: ask for the next keys, since the processor's own prefetcher stops at every page.");
                _writer.Line($"_TileCopy.Prefetch(ref _Unsafe.Add(ref {_remembered[0].Tile.Name}, {Text(RememberedTokens * RowFloats)}), {Text(RowFloats)}, {Text(RememberedTokens)}, {Text(RowFloats)});");
            }

            Block(fold.Body, done, own: false);
            var length = Text(SumGroups.GroupTiles * RememberedTokens);
            _writer.Line(
                $"// A group of {Text(SumGroups.GroupTiles)} tiles ends{(range.HasGaps ? "" : $" where a multiple of {length} keys does")}.");
            using (_writer.Block(range.HasGaps
                ? $"if (++{tokens}Tiles % {Text(SumGroups.GroupTiles)} == 0)"
                : $"if (({tokens}Start + {Text(RememberedTokens)}) % {length} == 0)"))
            {
                CloseGroups();
            }
        }

        CloseGroups();

        void CloseGroups()
        {
            foreach (var sum in _groups!.Sums)
            {
                _writer.Line($"_CompensatedSums.Close(ref {sum.Name}, ref {SumGroups.Rest(sum)}, ref {sum.Name}, ref {SumGroups.Group(sum)}, {Text(RowOf(sum))});");
            }
        }
    }

    /// <summary>Floats of a query's row of a sum, in whole cache lines.</summary>
    private int RowOf(StateMember sum) => CpuSchedule.RoundToLine(_schedule.Stride(sum));

    private void Rebase(State state, string candidate, double threshold)
    {
        using (_writer.Block($"if ({_states.Exceed(state, $"ref {candidate}", threshold)})"))
        {
            var followers = Followers(state);
            var all = string.Join(", ", followers.Select(follower => $"ref {follower.Name}").Prepend($"ref {state.Reference}"));
            _writer.Line($"{_states.Raise(state, followers)}(ref {candidate}, ref factor, {all}, _SumStage.Grouped);");
        }
    }

    private void Load(Load load)
    {
        _writer.Line($"// {ProgramText.Describe(load)}");
        _writer.Line($"_TileCopy.Load(ref {OperandTable.Start(load.Source.Name)}, 0, 1, {Text(load.Source.Columns.Size)}, ref {Own(load.Target)}, {Text(_schedule.Stride(load.Target))});");
        if (load.Rotation is { } rotation)
        {
            _writer.Line(RotaryCall.Of(rotation, $"ref {Own(load.Target)}", _schedule.Stride(load.Target), "1", "head.KeyPosition"));
        }
    }

    /// <summary>The query is one row, so its band has a row for each key.</summary>
    private void LoadBand(LoadBand load)
    {
        var (tensor, stride, columns) = Tensor(load.Source);
        var keys = load.Target.Rows.Between!.Value.Columns;
        var rows = load.Source.Positions is { } positions ? Text(positions) : "head.KeyLength";
        _writer.Line($"// {ProgramText.Describe(load)}");
        _writer.Line(
            $"_TileCopy.LoadBand(ref {tensor}, {stride}, {rows}, {columns}, head.FirstPosition - {keys}Start, 0, {keys}Count, ref {load.Target}, {Text(_buffers[load.Target].Stride)});");
    }

    private void Project(Parameter parameter, IReadOnlyList<MatMul> products)
    {
        var (a, c) = (products[0].A, products[0].Target);
        var (strideA, strideC) = (Spacing(_schedule.Stride(a)), Spacing(_schedule.Stride(c)));
        _writer.Line($"// {string.Join("; ", products.Select(product => ProgramText.Describe(product)))}");
        if (parameter.Form == ParameterForm.Transform)
        {
            _writer.Line(HadamardCall.Of(
                products[0], $"ref {a.Name}", strideA, $"ref {parameter.Name}", $"ref {c.Name}", strideC, "ref transform",
                Text(products.Count)));
            return;
        }

        var strideB = _schedule.Stride(_schedule.Padded(parameter.Rows));
        for (var i = 0; i < products.Count; i += 2)
        {
            var (from, to, b) = ($"ref {products[i].A.Name}", $"ref {products[i].Target.Name}", $"ref {parameter.Name}");
            _writer.Line(i + 1 < products.Count
                ? RowProductCall.Pair(_schedule, products[i], from, strideA, b, strideB, to, strideC)
                : RowProductCall.Row(_schedule, products[i], from, b, strideB, to, inner: null));
        }
    }

    /// <summary>Floats from one buffer of a row to the next.</summary>
    private static int Spacing(int stride) => CpuSchedule.RoundToLine(stride);

    private void Multiply(MatMul product, Func<Tile, string> own)
    {
        // The right-hand operand is a member of the state, or rows of all remembered tokens that the query may see.
        var isRemembered = IsRemembered(product.B);
        var rows = product.B.Rows.Between is { } between ? $"{between.Columns}Count"
            : !isRemembered ? null
            : BlockRows > 0 ? "count + 1"
            : $"{product.B.Rows}Count";
        var b = !isRemembered ? product.B.Name
            : BlockRows > 0 ? $"_Unsafe.Add(ref rows, {Text(OffsetOf(product.B))})"
            : product.B.Name;
        var strideB = isRemembered ? _buffers[product.B].Stride : _schedule.Stride(product.B);
        var (from, matrix, to) = ($"ref {own(product.A)}", $"ref {b}", $"ref {own(product.Target)}");
        _writer.Line($"// {ProgramText.Describe(product)}");
        _writer.Line(product.TransposeB
            ? RowProductCall.Dots(_schedule, product, from, matrix, strideB, to, rows ?? Text(_schedule.Padded(product.B.Rows)))
            : RowProductCall.Row(_schedule, product, from, matrix, strideB, to, rows));
    }

    private void Sweep(string prefix, IReadOnlyList<Statement> sweep, Func<Tile, string> name, string rows, Dim? columns)
    {
        var outside = new HashSet<Tile>(_statements.Where(other => !sweep.Contains(other)).SelectMany(Dataflow.Reads));
        if (_runs is not null)
        {
            outside.Add(_runs.Logarithms);
        }

        var emitter = new SweepEmitter(_schedule, _buffers, sweep, outside.Contains, function => FunctionEmitter.Add(_text, function));
        var method = _text.Add(
            prefix + string.Concat(sweep.Select(statement => Upper(Dataflow.Writes(statement).First().Name)).Distinct()), emitter.Emit);
        var arguments = emitter.Tiles.Select(tile => $"ref {name(tile)}").Append(rows);
        if (columns is { IsTokens: true })
        {
            arguments = arguments.Append(BlockRows > 0 ? "count + 1" : $"{columns}Count");
        }

        if (emitter.NeedsPositions)
        {
            arguments = arguments.Concat(["head.FirstPosition", $"{columns}Start"])
                .Concat(emitter.Places.Select(BodyEmitter.Positions.OfHead));
        }

        arguments = arguments.Concat(emitter.Tables.Select(table => $"ref {OperandTable.Start(table.Name)}"));
        Call(method, arguments, sweep.ToArray());
    }

    private void Call(string method, IEnumerable<string> arguments, params Statement[] statements)
    {
        _writer.Line($"// {string.Join("; ", statements.Select(ProgramText.Describe))}");
        _writer.Line($"{method}({string.Join(", ", arguments)});");
    }

    private void Fill(Tile tile, double value) =>
        _writer.Line($"_MemoryMarshal.CreateSpan(ref {tile.Name}, {Text(_schedule.Floats(tile))}).Fill({ExprPrinter.Literal(value)});");

    private bool IsRemembered(Tile tile) => _remembered.Any(own => own.Tile == tile);

    private int OffsetOf(Tile tile) => _remembered.First(own => own.Tile == tile).Offset;

    /// <summary>The variable that refers to a tile's row of the token.</summary>
    private string Own(Tile tile) => IsRemembered(tile) ? "own" + tile.Name : tile.Name;

    /// <summary>
    /// What is saved of the state, in quadruples: the first float, how many are side by side, how often, and how far apart. Padding is left
    /// out, so that every vector width reads what another wrote.
    /// </summary>
    private IEnumerable<int[]> StateLayout()
    {
        if (_program.State is not { } state)
        {
            return Enumerable.Empty<int[]>();
        }

        var members = state.Members.SelectMany(member => Segments(member, _schedule.StateOffset(member)))
            .Concat(SumGroups.Of(state).SelectMany(sum => Segments(sum, _schedule.RestOffset(sum))));
        return _runs is null ? members : members.Concat(Segments(state.Reference!, _schedule.StateFloats(state)));
    }

    private IEnumerable<int[]> Segments(Tile tile, int offset, int rowStride = 0)
    {
        var isMatrix = !tile.Rows.IsTokens && !tile.IsRowVector;
        var axis = isMatrix ? tile.Rows : tile.Columns;
        var size = axis.Size / axis.Segments;
        for (var segment = 0; segment < axis.Segments; segment++)
        {
            var first = segment * _schedule.PaddedSegment(axis);
            yield return isMatrix
                ? new[] { offset + (first * _schedule.Stride(tile)), tile.Columns.Size, size, _schedule.Stride(tile) }
                : new[] { offset + first, size, 1, rowStride };
        }
    }

    private static void Layout(SourceWriter writer, string name, IEnumerable<int[]> layout) =>
        writer.Line($"public static global::System.ReadOnlySpan<int> {name} => [{string.Join(", ", layout.SelectMany(quadruple => quadruple).Select(Text))}];");

    private static (string Reference, string Stride, string Columns) Tensor(Operand operand) =>
        (OperandTable.Start(operand.Name), OperandTable.Stride(operand), Text(operand.Columns.Size));

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
