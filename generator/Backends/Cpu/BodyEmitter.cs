using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits the body of one kernel method: the loops over tiles and strips, and calls of the products and sweeps inside them.
/// </summary>
internal sealed class BodyEmitter
{
    /// <summary>Where a kernel finds the positions of its tokens.</summary>
    public static readonly SightText Positions = new("head.FirstPosition", "head.Head", "head.Positions", "head.KeyLength");

    private readonly CpuSchedule _schedule;
    private readonly TileProgram _program;
    private readonly KernelText _text;
    private readonly SourceWriter _writer;
    private readonly IReadOnlyList<Step> _steps;
    private readonly List<Statement> _statements;
    private readonly BufferPlan _buffers;
    private readonly StateEmitter _states;
    private readonly ShortCall? _short;
    private readonly IReadOnlyList<Sight> _sights;

    /// <summary>What loops leave tiles out by.</summary>
    private readonly HashSet<Sight> _looks;

    /// <summary>How each fold sums.</summary>
    private readonly IReadOnlyList<SumGroups> _groups;

    /// <summary>The token axis whose strips are being walked, with its first row in `s`; null outside of strip loops.</summary>
    private Dim? _strip;

    /// <summary>What the current strip and the current tile of another axis may see of each other wholly, which `seesAll` tells.</summary>
    private Sight? _seesAll;

    /// <summary>The axis of columns of which the current strip goes through [seenFrom, seenTo) only; null: it goes through all.</summary>
    private Dim? _seen;

    private bool _inRun;

    public BodyEmitter(
        CpuSchedule schedule, TileProgram program, KernelText text, SourceWriter writer, IReadOnlyList<Statement> block,
        ShortCall? shortCall = null)
    {
        _schedule = schedule;
        _program = program;
        _text = text;
        _writer = writer;
        _steps = StepPlanner.Plan(block);
        _statements = Dataflow.Flatten(block).ToList();
        _groups = [.. _statements.OfType<Fold>().Select(fold => new SumGroups(fold))];
        _buffers = new BufferPlan(schedule, _steps, program.Kept);
        foreach (var groups in _groups)
        {
            foreach (var sum in groups.Sums)
            {
                foreach (var name in IsCarried(groups.Fold.State) ? groups.Work(sum) : [SumGroups.Rest(sum), .. groups.Work(sum)])
                {
                    _buffers.AddWork(name, schedule.Floats(sum));
                }
            }
        }
        _states = new StateEmitter(schedule, text);
        _short = shortCall;
        _sights = SightText.Between(program);
        _looks = [.. Dataflow.Looks(program)];
    }

    /// <summary>Floats of scratch memory that the body works in.</summary>
    public int ScratchFloats => _buffers.Floats;

    /// <summary>Gives memory to what short calls keep from one body of a kernel to the next.</summary>
    /// <param name="offset">Past all else that these bodies work in.</param>
    public void PlaceShortCall(int offset)
    {
        if (_short is null)
        {
            return;
        }

        _buffers.Skip(offset);
        var rows = _schedule.ShortTokens;
        _buffers.AddWork(ShortCall.ProjectedQueries, rows * _schedule.Stride(_short.Queries.Target));
        if (_short.Scores is null)
        {
            _buffers.AddWork(ShortCall.KeyFeatures, rows * _schedule.Stride(_short.Sum.A));
            _buffers.AddWork(ShortCall.Values, rows * _schedule.Stride(_short.Sum.B));
        }
    }

    /// <summary>Emits the body; its outermost loops run over [from, to).</summary>
    public void Emit()
    {
        foreach (var buffer in _buffers.All)
        {
            _writer.Line($"ref var {buffer.Name} = ref _Unsafe.Add(ref scratch, {buffer.Offset});");
        }

        foreach (var member in _program.State?.Members ?? Enumerable.Empty<StateMember>())
        {
            if (_statements.Any(statement => Dataflow.Reads(statement).Concat(Dataflow.Writes(statement)).Contains(member)))
            {
                _writer.Line($"ref var {member.Name} = ref _Unsafe.Add(ref state, {_schedule.StateOffset(member)});");
            }
        }

        foreach (var sum in _groups.Where(groups => IsCarried(groups.Fold.State)).SelectMany(groups => groups.Sums))
        {
            _writer.Line($"ref var {SumGroups.Rest(sum)} = ref _Unsafe.Add(ref state, {_schedule.RestOffset(sum)});");
        }

        TakeKeptState();
        foreach (var member in new[] { _program.State, _program.Kept }.SelectMany(state => state?.Members ?? []))
        {
            if (_buffers.HasCopy(member) && !IsWritten(member))
            {
                PackTransposed(member);
            }
        }

        foreach (var parameter in _program.Parameters)
        {
            _writer.Line($"ref var {parameter.Name} = ref _Unsafe.Add(ref {OperandTable.Start(OperandTable.Parameters)}, {_schedule.ParameterOffset(_program, parameter)});");
        }

        foreach (var step in _steps.Cast<WholeStep>())
        {
            step.Statement.Switch(
                load: Unsupported.Throw,
                store: Unsupported.Throw,
                matMul: Unsupported.Throw,
                map: Unsupported.Throw,
                transpose: Unsupported.Throw,
                reduce: Unsupported.Throw,
                rebase: Unsupported.Throw,
                runs: Unsupported.Throw,
                fold: fold => FoldInGroups(GroupsOf(fold.State)!, new("from", "to"), step.Body),
                parallel: parallel => Loop(parallel.Loop, new("from", "to"), step.Body),
                forEach: Unsupported.Throw,
                addToTable: Unsupported.Throw,
                loadBand: Unsupported.Throw,
                skew: Unsupported.Throw);
        }
    }

    private bool IsWritten(Tile tile) => _statements.Any(statement => statement is not Fold && Dataflow.Writes(statement).Contains(tile));

    /// <summary>Brings the state that an earlier kernel exported into the padded layout of tiles.</summary>
    private void TakeKeptState()
    {
        var read = 0;
        foreach (var member in _program.Kept?.Members ?? Enumerable.Empty<StateMember>())
        {
            if (_buffers.Contains(member))
            {
                _writer.Line(
                    $"// {member} {ProgramText.Shape(member)} of the kept state{(_buffers[member].IsTransposed ? ", transposed" : "")}.");
                TakeKept(member, _buffers[member], read);
            }

            read += member.Rows.Size * member.Columns.Size;
        }
    }

    private void TakeKept(StateMember member, Buffer buffer, int from)
    {
        var axis = member.State.Axis;
        var (segment, padded) = (axis.Size / axis.Segments, _schedule.PaddedSegment(axis));
        var columns = member.IsRowVector ? 1 : member.Columns.Size;
        Fill(member, buffer.IsTransposed ? _schedule.Padded(member.Columns) * buffer.Stride : _schedule.Floats(member), 0);
        for (var i = 0; i < axis.Segments; i++)
        {
            var source = $"ref _Unsafe.Add(ref {OperandTable.Start(OperandTable.KeptState)}, {from + (i * segment * columns)})";
            _writer.Line(member.IsRowVector
                ? $"_TileCopy.Load({source}, 0, 1, {segment}, ref _Unsafe.Add(ref {buffer.Name}, {i * padded}), {segment});"
                : buffer.IsTransposed
                ? $"_TileCopy.Transpose({source}, {columns}, {segment}, {columns}, ref _Unsafe.Add(ref {buffer.Name}, {i * padded}), {buffer.Stride});"
                : $"_TileCopy.Load({source}, {columns}, {segment}, {columns}, ref _Unsafe.Add(ref {buffer.Name}, {i * padded * buffer.Stride}), {buffer.Stride});");
        }
    }

    /// <summary>Makes the transposed copy that a product reads as its right-hand operand.</summary>
    private void PackTransposed(Tile tile)
    {
        var (reference, stride, _) = LocateRaw(tile);
        var rows = tile.Rows.IsTokens ? Count(tile.Rows) : $"{_schedule.Padded(tile.Rows)}";
        var to = _buffers.Packed(tile);
        _writer.Line(
            $"_TileCopy.LoadTransposed(ref {reference}, {stride}, {rows}, {_schedule.Padded(tile.Columns)}, ref {to.Name}, {to.Stride});");
    }

    private void Emit(IReadOnlyList<Step> steps)
    {
        foreach (var step in steps)
        {
            step.Switch(Strips, Emit);
        }
    }

    private void Emit(WholeStep step) => step.Statement.Switch(
        load: Unsupported.Throw,
        store: Unsupported.Throw,
        matMul: Multiply,
        map: map => Sweep([map], "1"),
        transpose: _ => { }, // a vector is the same memory either way
        reduce: Unsupported.Throw,
        rebase: rebase => RebaseAll(rebase.State, $"ref {rebase.Candidate.Name}", rebase.Threshold),
        runs: runs => Runs(runs, step.Body),
        fold: fold => FoldInGroups(GroupsOf(fold.State)!, Range(fold.Loop), step.Body),
        parallel: parallel => Loop(parallel.Loop, Range(parallel.Loop), step.Body),
        forEach: Unsupported.Throw,
        addToTable: Unsupported.Throw,
        loadBand: Unsupported.Throw,
        skew: Unsupported.Throw);

    /// <summary>A loop that adds to the sums of a state, group by group.</summary>
    private void FoldInGroups(SumGroups groups, LoopRange range, IReadOnlyList<Step> body)
    {
        var loop = groups.Fold.Loop;
        var counted = $"{loop.Tokens}Tiles";
        var tile = _schedule.TileRows(loop.Tokens);
        var length = SumGroups.GroupTiles * tile;
        var isCarried = IsCarried(groups.Fold.State);
        Start(groups, isCarried);
        if (range.HasGaps)
        {
            _writer.Line($"var {counted} = 0;");
        }

        Loop(loop, range, body, atStart: () =>
        {
            if (isCarried && groups.ReadsSums)
            {
                _writer.Line($"var isLast = !head.KeepsState && {Start(loop.Tokens)} + {Count(loop.Tokens)} == {range.To}; // nobody reads what it would add");
            }
        }, atEnd: () =>
        {
            if (isCarried && !body.Any(step => step is WholeStep { Statement: Tiles.Runs }))
            {
                HasTokens();
            }

            _writer.Line(range.HasGaps
                ? $"// A group of {SumGroups.GroupTiles} tiles ends."
                : $"// A group of {SumGroups.GroupTiles} tiles ends where a multiple of {length} tokens does.");
            using (_writer.Block(range.HasGaps
                ? $"if (++{counted} % {SumGroups.GroupTiles} == 0)"
                : $"if ({Start(loop.Tokens)} % {length} >= {length - tile})"))
            {
                using (_writer.Block("if (stage == _SumStage.Grouped)"))
                {
                    Close(groups);
                }

                using (_writer.Block("else"))
                {
                    OpenGroups(groups, hasRests: false);
                    foreach (var sum in groups.Sums.Where(sum => !groups.IsRead(sum)))
                    {
                        _writer.Line($"{SumGroups.Open(sum)} = ref {SumGroups.Group(sum)};");
                    }

                    _writer.Line("stage = _SumStage.Grouped;");
                }
            }
        });
        Finish(groups, isCarried);
    }

    /// <summary>Before the first tile.</summary>
    private void Start(SumGroups groups, bool isCarried)
    {
        _writer.Line(
            $"// {string.Join(", ", groups.Sums)}: {SumGroups.GroupTiles} tiles are added up in a group, groups in twice the precision (a sum and its rest). The first group is the sum itself.");
        if (isCarried)
        {
            _writer.Line("var stage = head.StartsEmpty ? _SumStage.Empty : _SumStage.Grouped;");
            using (_writer.Block("if (stage == _SumStage.Empty)"))
            {
                // A matrix that is read is cleared before the first tile is added to it: a call of one tile never does.
                foreach (var member in groups.Fold.State.Members.Where(member => !IsLeftOut(groups, member)))
                {
                    if (member != _short?.Sum.Target)
                    {
                        Fill(member, _schedule.Floats(member), member.Initial);
                        continue;
                    }

                    using (_writer.Block("if (!head.IsShort)"))
                    {
                        Fill(member, _schedule.Floats(member), member.Initial);
                    }
                }
            }

            using (_writer.Block("else"))
            {
                OpenGroups(groups, hasRests: true);
            }
        }
        else
        {
            foreach (var member in groups.Fold.State.Members)
            {
                Fill(member, _schedule.Floats(member), member.Initial);
            }

            _writer.Line("var stage = _SumStage.FirstGroup;");
        }

        foreach (var sum in groups.Sums.Where(sum => !groups.IsRead(sum)))
        {
            _writer.Line($"ref var {SumGroups.Open(sum)} = ref {(isCarried ? $"stage == _SumStage.Grouped ? ref {SumGroups.Group(sum)} : ref " : "")}{sum};");
        }
    }

    /// <summary>After the last tile.</summary>
    private void Finish(SumGroups groups, bool isCarried)
    {
        var isAlwaysRead = !isCarried || !groups.ReadsSums;
        using (_writer.Block(isAlwaysRead ? "if (stage == _SumStage.Grouped)" : "if (head.KeepsState && stage == _SumStage.Grouped)"))
        {
            Close(groups);
        }

        if (isCarried)
        {
            using (_writer.Block("else if (head.KeepsState)"))
            {
                foreach (var sum in groups.Sums)
                {
                    Clear(SumGroups.Rest(sum), sum);
                }
            }
        }
    }

    /// <summary>Whether a sum need not be in memory before the first token is added.</summary>
    private static bool IsLeftOut(SumGroups groups, StateMember member) =>
        !member.IsRowVector && !member.IsColumnVector && groups.IsRead(member);

    /// <summary>Starts the first groups beside the sums.</summary>
    private void OpenGroups(SumGroups groups, bool hasRests)
    {
        foreach (var sum in groups.Sums)
        {
            if (!hasRests)
            {
                Clear(SumGroups.Rest(sum), sum);
            }

            Clear(SumGroups.Group(sum), sum);
            if (groups.IsRead(sum))
            {
                var floats = _schedule.Floats(sum);
                _writer.Line(
                    $"_MemoryMarshal.CreateSpan(ref {sum}, {floats}).CopyTo(_MemoryMarshal.CreateSpan(ref {groups.Base(sum)}, {floats}));");
            }
        }
    }

    private void Close(SumGroups groups)
    {
        foreach (var sum in groups.Sums)
        {
            _writer.Line(
                $"_CompensatedSums.Close(ref {sum}, ref {SumGroups.Rest(sum)}, ref {groups.Base(sum)}, ref {SumGroups.Group(sum)}, {_schedule.Floats(sum)});");
        }
    }

    /// <summary>Tokens have been added.</summary>
    private void HasTokens()
    {
        using (_writer.Block("if (stage == _SumStage.Empty)"))
        {
            _writer.Line("stage = _SumStage.FirstGroup;");
        }
    }

    /// <summary>Whether it is the state of the whole program, which the caller hands in.</summary>
    private bool IsCarried(State state) => state == _program.State;

    private SumGroups? GroupsOf(State state) => _groups.FirstOrDefault(groups => groups.Fold.State == state);

    /// <summary>The range of an inner loop.</summary>
    private LoopRange Range(TokenLoop loop) => loop.Sight is null
        ? new(Print(loop.From), Print(loop.To))
        : Positions.Range(_writer, loop, _schedule.TileRows(loop.Tokens), Print(loop.To));

    private void Loop(TokenLoop loop, LoopRange range, IReadOnlyList<Step> body, Action? atStart = null, Action? atEnd = null)
    {
        var to = range.To;
        if (!IsReversed(loop) && (loop.Stride != 1 || loop.Offset != 0))
        {
            throw new NotSupportedException("Dilated loops are not scheduled on the CPU yet.");
        }

        var (start, count) = (Start(loop.Tokens), Count(loop.Tokens));
        _writer.Line();
        _writer.Line($"// Tiles of {_schedule.TileRows(loop.Tokens)} tokens {loop.Tokens}.");
        var step = range.Next is null ? $"{start} += {_schedule.TileRows(loop.Tokens)}" : $"{start} = {range.Next}";
        using (_writer.Block($"for (var {start} = {range.From}; {start} < {to}; {step})"))
        {
            _writer.Line($"var {count} = global::System.Math.Min({_schedule.TileRows(loop.Tokens)}, {to} - {start});");
            if (_sights.Any(sight => sight.Queries == loop.Tokens || sight.Keys == loop.Tokens))
            {
                _writer.Line(Positions.Declare(loop.Tokens, _sights));
            }

            if (range.Unseen is not null)
            {
                using (_writer.Block($"if ({range.Unseen})"))
                {
                    _writer.Line("continue;");
                }

                _writer.Line();
            }

            atStart?.Invoke();
            Emit(body);
            atEnd?.Invoke();
        }
    }

    private void Runs(Runs runs, IReadOnlyList<Step> body)
    {
        var tokens = runs.Logarithms.Rows;
        var reference = runs.State.Reference!;
        var operands = Dataflow.Tiles(runs.Values).Distinct().ToArray();
        int Stride(Tile tile) => _buffers.Contains(tile) ? _buffers[tile].Stride : _schedule.Stride(tile);
        var (start, end) = (_states.StartOfRun(runs, Stride), _states.EndOfRun(runs, Stride));
        var values = string.Join(", ", operands.Select(tile => $"ref {LocateRaw(tile).Reference}"));
        var maxima = $"ref {_buffers.RunMaxima!.Name}";
        _writer.Line();
        _writer.Line($"// Runs of rows whose {ProgramText.Logarithms(runs)} exceeds {reference} by at most {ExprPrinter.Literal(runs.Threshold)}: almost always one, the whole tile.");
        using (_writer.Block($"for (int runFrom = 0, runTo; runFrom < {Count(tokens)}; runFrom = runTo)"))
        {
            _writer.Line($"{start}({values}, {maxima}, runFrom);");
            RebaseAll(runs.State, maxima, runs.Threshold);
            _writer.Line(
                $"runTo = {end}({values}, ref {reference}, {maxima}, runFrom, {Count(tokens)}, {ExprPrinter.Literal(runs.Threshold)});");
            _inRun = true;
            Emit(body);
            if (GroupsOf(runs.State)!.ReadsSums)
            {
                using (_writer.Block($"if (!{IsLast})"))
                {
                    HasTokens();
                    RebaseAll(runs.State, maxima, runs.Rise);
                }
            }
            else
            {
                HasTokens();
                RebaseAll(runs.State, maxima, runs.Rise);
            }

            _inRun = false;
        }
    }

    private void RebaseAll(State state, string candidate, double threshold)
    {
        using (_writer.Block($"if ({_states.Exceed(state, candidate, threshold)})"))
        {
            var followers = GroupsOf(state)!.Followers;
            var all = string.Join(", ", followers.Select(follower => $"ref {follower.Name}").Prepend($"ref {state.Reference}"));
            _writer.Line($"{_states.Raise(state, followers)}({candidate}, ref {_buffers.Factors!.Name}, {all}, stage);");
        }
    }

    private void Strips(StripStep strip)
    {
        foreach (var reduce in strip.Statements.OfType<Reduce>().Where(reduce => reduce.Target.IsRowVector && !reduce.Accumulate))
        {
            Fill(reduce.Target, _schedule.Floats(reduce.Target), reduce.Reduction == Reduction.Sum ? 0 : double.NegativeInfinity);
        }

        foreach (var packed in strip.Statements.OfType<MatMul>()
            .Where(p => p.TransposeB && _buffers.HasCopy(p.B)).Select(p => p.B).Distinct())
        {
            if (packed is StateMember member && IsWritten(packed))
            {
                using (_writer.Block(IsCarried(member.State) ? "if (stage != _SumStage.Empty)" : ""))
                {
                    PackTransposed(packed);
                }
            }
            else if (packed is not StateMember && packed == _short?.Scores?.B)
            {
                using (_writer.Block("if (!head.IsShort)"))
                {
                    PackTransposed(packed);
                }
            }
            else if (packed is not StateMember)
            {
                PackTransposed(packed);
            }
        }

        if (!strip.IsStripped)
        {
            Chain(strip);
            return;
        }

        var count = Count(strip.Tokens);
        var rows = _schedule.StripRows;
        // Nothing of a strip outlives it: rows outside the run need not be computed at all.
        var onlyRun = _inRun && strip.Statements.SelectMany(Dataflow.Writes).All(tile => _buffers.Contains(tile) && _buffers[tile].IsStrip);
        var header = $"for (var s = 0; s < {count}; s += {rows})";
        if (onlyRun)
        {
            header = $"for (var s = runFrom - (runFrom % {rows}); s < runTo; s += {rows})";
        }

        using (_writer.Block(header))
        {
            _writer.Line($"var sCount = global::System.Math.Min({rows}, {count} - s);");
            _strip = strip.Tokens;
            if (SightOf(strip.Statements) is { } sight && (sight.Queries == strip.Tokens || sight.Keys == strip.Tokens))
            {
                LookFrom(strip, sight);
            }

            foreach (var band in strip.Statements.OfType<Skew>().Where(skew => skew.IsAdjoint).Select(skew => skew.Target))
            {
                _writer.Line($"// {band} is zero but for what is made in its memory.");
                Fill(band, _schedule.StripRows * _buffers[band].Stride, 0);
            }

            Chain(strip);
            _strip = null;
            _seesAll = null;
            _seen = null;
        }
    }

    /// <summary>Leaves a strip out that adds nothing, and finds out whether it needs the mask.</summary>
    private void LookFrom(StripStep strip, Sight sight)
    {
        _writer.Line($"long sFirst = {Positions.Position(strip.Tokens, _sights)} + s, sLast = sFirst + sCount - 1;");
        if (!OnlyAddsWhatIsSeen(strip))
        {
            return;
        }

        if (sight.Visibility.Possibly != Relation.Always)
        {
            using (_writer.Block($"if (!({Positions.Print(sight.Visibility.Possibly, sight, strip.Tokens)}))"))
            {
                _writer.Line("continue; // neither sees any of the other");
            }

            _writer.Line();
        }

        foreach (var line in Positions.Columns(sight, strip.Tokens))
        {
            _writer.Line(line);
        }

        _seen = strip.Tokens == sight.Queries ? sight.Keys : sight.Queries;
        if (sight.Visibility.Surely != Relation.Never)
        {
            _writer.Line($"var seesAll = {Positions.Print(sight.Visibility.Surely, sight, strip.Tokens, _seen)};");
            _seesAll = sight;
        }
    }

    /// <summary>
    /// Whether all that the chain does beyond its own strips is to add up what the mask lets through: rows that see nothing then need not
    /// be visited.
    /// </summary>
    private bool OnlyAddsWhatIsSeen(StripStep strip) =>
        strip.Statements.OfType<Map>().SelectMany(map => map.Branches).SelectMany(branch => branch.Flatten()).OfType<Expr.Choice>()
            .Any(choice => choice is { Condition: Position.Sees, IfFalse: Expr.Constant { Value: double.NegativeInfinity } })
        && strip.Statements.All(statement =>
            statement is Rebase or Reduce { Accumulate: true } or MatMul { Accumulate: true } or Tiles.AddToTable
            || (statement is Map or Reduce or MatMul or Skew
                && Dataflow.Writes(statement).All(tile => _buffers.Contains(tile) && _buffers[tile].IsStrip)));

    /// <summary>What statements ask to be seen between tiles, as loops do; null: nothing.</summary>
    private Sight? SightOf(IEnumerable<Statement> statements) => statements.SelectMany(Dataflow.Expressions)
        .SelectMany(Dataflow.Conditions).OfType<Position.Sees>().Select(sees => sees.Sight)
        .FirstOrDefault(sight => _looks.Contains(sight.OfLoop));

    private void Chain(StripStep strip)
    {
        var rows = strip.IsStripped ? "sCount" : Count(strip.Tokens);
        var sweep = new List<Statement>();

        void Flush()
        {
            if (sweep.Count > 0)
            {
                Sweep(sweep.ToArray(), rows);
                sweep.Clear();
            }
        }

        void Join(Statement statement)
        {
            if (IsOptional(statement))
            {
                return;
            }

            if (sweep.Count > 0 && !CanShare(sweep, statement))
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

        foreach (var statement in strip.Statements)
        {
            statement.Switch(
                load: Alone<Load>(load => Load(load, strip, rows)),
                store: Alone<Store>(store => Store(store, strip, rows)),
                matMul: Alone<MatMul>(Multiply),
                map: Join,
                transpose: Unsupported.Throw,
                reduce: Join,
                rebase: Alone<Rebase>(rebase => RaiseRows(rebase, rows)),
                runs: Unsupported.Throw,
                fold: Unsupported.Throw,
                parallel: Unsupported.Throw,
                forEach: Unsupported.Throw,
                addToTable: Alone<AddToTable>(add => AddToTable(add, rows)),
                loadBand: Alone<LoadBand>(LoadBand),
                skew: Alone<Skew>(skew => Describe(skew))); // it is the same memory
        }

        Flush();
    }

    /// <summary>Sums of tables are in double, where floats of them would be.</summary>
    private void AddToTable(AddToTable add, string rows)
    {
        var (source, table) = (add.Source, add.Entry.Table);
        var emitter = new TableSumEmitter(add, _buffers[source].Stride);
        var name = _text.Add($"Add{Upper(source.Name)}", emitter.Emit);
        var isSeen = source.Columns == _seen;
        Call(
            name,
            [
                At(source), rows, isSeen ? "seenTo - seenFrom" : Count(source.Columns),
                $"{Positions.Position(source.Rows, _sights)}{(_strip is null ? "" : " + s")}",
                Positions.Position(source.Columns, _sights) + (isSeen ? " + seenFrom" : ""), Positions.Head, Positions.Positions,
                .. emitter.Tiles.Select(tile => At(tile)),
                $"ref _Unsafe.As<float, double>(ref {OperandTable.Start(table.Name)})",
            ],
            [add]);
    }

    private void RaiseRows(Rebase rebase, string rows)
    {
        var followers = GroupsOf(rebase.State)!.Followers;
        var all = string.Join(", ", followers.Select(follower => At(follower.Like, follower.Name)).Prepend(At(rebase.State.Reference!)));
        _writer.Line($"{_states.RaiseRows(rebase.State, followers)}({At(rebase.Candidate)}, {all}, {rows}, {ExprPrinter.Literal(rebase.Threshold)}, stage);");
    }

    /// <summary>A sweep walks one column axis, and cannot read a row vector that it is still reducing.</summary>
    private static bool CanShare(List<Statement> sweep, Statement statement) =>
        SweepEmitter.Columns(sweep[0]) == SweepEmitter.Columns(statement)
        && !Dataflow.Reads(statement)
            .Any(tile => tile.IsRowVector && sweep.Where(other => other != statement).SelectMany(Dataflow.Writes).Contains(tile));

    /// <summary>Whether a statement is a store of what the caller may not want to keep, or only serves such.</summary>
    private bool IsOptional(Statement statement) =>
        statement is Store { Destination: { IsOptional: true, Source: OperandSource.Kept } }
        || (statement is Map map && _statements.Where(other => Dataflow.Reads(other).Contains(map.Target)).All(IsOptional));

    private void Sweep(IReadOnlyList<Statement> sweep, string rows)
    {
        var outside = new HashSet<Tile>(_statements.Where(other => !sweep.Contains(other)).SelectMany(Dataflow.Reads));
        if (_seesAll is null || SightOf(sweep) != _seesAll)
        {
            Sweep(sweep, "Compute", rows, outside.Contains);
            return;
        }

        using (_writer.Block("if (seesAll)"))
        {
            Sweep([.. sweep.Select(WithoutMask)], "ComputeSeen", rows, outside.Contains);
        }

        using (_writer.Block("else"))
        {
            Sweep(sweep, "Compute", rows, outside.Contains);
        }
    }

    /// <summary>The statement where every query sees every key.</summary>
    private Statement WithoutMask(Statement statement)
    {
        return statement is Map map ? map with { Branches = [.. map.Branches.Select(Seen)] }
            : statement is Reduce reduce ? reduce with { Body = Seen(reduce.Body) }
            : statement;

        Expr Seen(Expr expression) => expression.Replace(part =>
            part is Expr.Choice { Condition: Position.Sees { Sight: var sight }, IfTrue: var seen } && sight == _seesAll
                ? Seen(seen)
                : null);
    }

    private void Sweep(IReadOnlyList<Statement> sweep, string prefix, string rows, Func<Tile, bool> isReadOutside)
    {
        var emitter = new SweepEmitter(
            _schedule, _buffers, sweep, isReadOutside, function => FunctionEmitter.Add(_text, function));
        var name = _text.Add(
            prefix + string.Concat(sweep.Select(statement => Upper(Dataflow.Writes(statement).First().Name)).Distinct()), emitter.Emit);
        var columns = SweepEmitter.Columns(sweep[0]);
        var sum = emitter.Tiles.OfType<StateMember>().SingleOrDefault(member => sweep.Any(statement => IsGrouped(statement, member)));
        var tiles = emitter.Tiles.Select(tile => At(tile));
        var arguments = new[] { rows }.AsEnumerable();
        if (columns.IsTokens)
        {
            arguments = arguments.Concat(new[] { columns == _seen ? "seenTo - seenFrom" : Count(columns) });
        }

        var row = _strip is null ? "" : " + s";
        if (emitter.NeedsPositions)
        {
            var axis = sweep[0] is Map map ? map.Target.Rows : ((Reduce)sweep[0]).Rows;
            arguments = arguments.Concat(
            [
                $"{Positions.Position(axis, _sights)}{row}",
                Positions.Position(columns, _sights) + (columns == _seen ? " + seenFrom" : ""),
            ]);
        }

        arguments = arguments.Concat(emitter.Places.Select(Positions.OfHead));

        if (emitter.NeedsRun)
        {
            arguments = arguments.Concat(_strip is null ? new[] { "runFrom", "runTo" } : new[] { "runFrom - s", "runTo - s" });
        }

        arguments = arguments.Concat(emitter.Limits
            .Select(below => $"{Print(below.Limit)} - ({Start(below.Tokens)}{row})"))
            .Concat(emitter.Tables.Select(table => $"ref {OperandTable.Start(table.Name)}"));
        if (sum is null)
        {
            Call(name, tiles.Concat(arguments), sweep);
            return;
        }

        // The sweep is done for each thing that it adds to, and may do nothing else where those are two.
        IEnumerable<string> AddingTo(string target) =>
            emitter.Tiles.Select(tile => tile == sum ? At(sum, target) : At(tile)).Concat(arguments);
        if (!GroupsOf(sum.State)!.IsRead(sum))
        {
            Call(name, AddingTo(SumGroups.Open(sum)), sweep);
            return;
        }

        if (sweep.Count > 1)
        {
            throw new NotSupportedException($"{sum} is read in the fold that sums it, together with {ProgramText.Describe(sweep[0])}.");
        }

        Call(name, AddingTo(sum.Name), sweep);
        using (_writer.Block("if (stage == _SumStage.Grouped)"))
        {
            _writer.Line($"{name}({string.Join(", ", AddingTo(SumGroups.Group(sum)))});");
        }
    }

    /// <summary>Whether a statement adds to a sum that is made in groups.</summary>
    private bool IsGrouped(Statement statement, StateMember sum) => SumGroups.IsSum(statement, sum) && GroupsOf(sum.State) is not null;

    /// <summary>A call, with what it computes in the notation of the paper.</summary>
    private void Call(string method, IEnumerable<string> arguments, IReadOnlyList<Statement> statements)
    {
        Describe([.. statements]);
        _writer.Line($"{method}({string.Join(", ", arguments)});");
    }

    /// <summary>What the next line computes, in the notation of the paper.</summary>
    private void Describe(params Statement[] statements) =>
        _writer.Line($"// {string.Join("; ", statements.Select(ProgramText.Describe))}");

    private void Load(Load load, StripStep strip, string rows)
    {
        var (tensor, stride) = Tensor(load.Source);
        var first = strip.IsStripped ? $"({Start(strip.Tokens)} + s)" : Start(strip.Tokens);
        if (load.IsAtPositions)
        {
            // So many rows are there: no query stands past the keys.
            first = $"({Positions.FirstPosition} + {first})";
        }

        var buffer = _buffers[load.Target];
        var method = buffer.IsTransposed ? "LoadTransposed" : "Load";
        var target = At(load.Target);
        var valid = rows;
        if (IsReversed(load.Loop))
        {
            LoadReversed(load, first, rows);
            Rotate(load, $"{Print(load.Loop.Offset)} - {first}", rows);
            return;
        }

        if (!load.IsAtPositions && !IsWithin(load.Loop.To, load.Source.Length))
        {
            valid = $"valid{load.Target.Name}";
            _writer.Line($"var {valid} = global::System.Math.Clamp({Print(load.Source.Length)} - {first}, 0, {rows});");
            _writer.Line(
                $"_TileCopy.Clear({target}, {buffer.Stride}, {valid}, {rows});");
        }

        _writer.Line(
            $"_TileCopy.{method}(ref _Unsafe.Add(ref {tensor}, {first} * {stride}), {stride}, {valid}, {load.Source.Columns.Size}, {target}, {buffer.Stride});");
        if (buffer.IsTransposed)
        {
            _writer.Line($"_TileCopy.Prefetch(ref _Unsafe.Add(ref {tensor}, ({first} + {rows}) * {stride}), {stride}, {rows}, {load.Source.Columns.Size});");
        }

        Rotate(load, first, rows);
    }

    /// <summary>Rotates what has been loaded.</summary>
    private void Rotate(Load load, string first, string rows)
    {
        if (load.Rotation is { } rotation)
        {
            _writer.Line(RotaryCall.Of(
                rotation, At(load.Target), _buffers[load.Target].Stride, rows, RotaryCall.Position(load.Source, first),
                IsReversed(load.Loop)));
        }
    }

    /// <summary>Position p is token last − p: rows past the end of the tensor come first.</summary>
    private void LoadReversed(Load load, string first, string rows)
    {
        var (tensor, stride) = Tensor(load.Source);
        var buffer = _buffers[load.Target];
        var (token, target) = ($"({Print(load.Loop.Offset)} - {first})", At(load.Target));
        if (buffer.IsTransposed)
        {
            throw new NotSupportedException("Reversed tokens are packed after they are loaded.");
        }

        if (!IsWithin(load.Loop.To, load.Source.Length))
        {
            var skipped = $"skipped{load.Target.Name}";
            _writer.Line($"var {skipped} = global::System.Math.Clamp({token} - {Print(load.Source.Length)} + 1, 0, {rows});");
            _writer.Line($"_TileCopy.Clear({target}, {buffer.Stride}, 0, {skipped});");
            (token, target, rows) = ($"({token} - {skipped})", $"ref _Unsafe.Add({target}, {skipped} * {buffer.Stride})",
                $"{rows} - {skipped}");
        }

        _writer.Line(
            $"_TileCopy.Load(ref _Unsafe.Add(ref {tensor}, {token} * {stride}), -{stride}, {rows}, {load.Source.Columns.Size}, {target}, {buffer.Stride});");
    }

    /// <summary>The rows of a band that a tile needs: those of its queries, in whole strips, and all of its columns.</summary>
    private void LoadBand(LoadBand load)
    {
        var (tensor, stride) = Tensor(load.Source);
        var (buffer, band) = (_buffers[load.Target], load.Target.Rows);
        var (queries, columns) = band.Between!.Value;
        var (tile, strip) = (_schedule.TileRows(queries), _schedule.StripRows);
        Describe(load);
        _writer.Line($"var {load.Target}From = {tile} - ((({Count(queries)} + {strip - 1}) / {strip}) * {strip});");
        _writer.Line(
            $"_TileCopy.LoadBand{(buffer.IsTransposed ? "Transposed" : "")}(ref {tensor}, {stride}, {Print(load.Source.Length)}, {load.Source.Columns.Size}, "
            + $"{Positions.Position(queries, _sights)} + {tile - 1} - {Start(columns)}, {load.Target}From, {tile - 1} + {Count(columns)}, "
            + $"ref {buffer.Name}, {buffer.Stride});");
    }

    private static bool IsReversed(TokenLoop loop) => loop.Stride == -1;

    private void Store(Store store, StripStep strip, string rows)
    {
        var reversed = IsReversed(store.Loop);
        var first = strip.IsStripped ? $"({Start(strip.Tokens)} + s)" : Start(strip.Tokens);
        var row = "0";
        if (_inRun)
        {
            var s = strip.IsStripped ? " - s" : "";
            if (strip.Statements.OfType<Store>().First() == store)
            {
                _writer.Line($"var storeFrom = global::System.Math.Max(0, runFrom{s});");
                _writer.Line($"var storeTo = global::System.Math.Min({rows}, runTo{s});");
            }

            row = "storeFrom";
            first = $"({first} + storeFrom)";
            rows = "(storeTo - storeFrom)";
        }

        if (IsOptional(store))
        {
            StoreOptional(store, strip, row, rows, first);
            return;
        }

        var buffer = Locate(store.Source);
        var (tensor, stride) = Tensor(store.Destination);
        var source = row == "0" ? $"ref {buffer.Reference}" : $"ref _Unsafe.Add(ref {buffer.Reference}, {row} * {buffer.Stride})";
        var token = reversed ? $"({Print(store.Loop.Offset)} - {first})" : first;
        if (reversed && !IsWithin(store.Loop.To, store.Destination.Length))
        {
            var skipped = $"skipped{store.Source.Name}";
            _writer.Line($"var {skipped} = global::System.Math.Max(0, {token} - {Print(store.Destination.Length)} + 1);");
            (source, token, rows) = ($"ref _Unsafe.Add({source}, {skipped} * {buffer.Stride})", $"({token} - {skipped})",
                $"{rows} - {skipped}");
        }

        if (store.Rotation is { } rotation)
        {
            _writer.Line(RotaryCall.Of(
                rotation, source, buffer.Stride, rows, RotaryCall.Position(store.Destination, token), reversed, isBack: true));
        }

        var arguments = $"{source}, {buffer.Stride}, {rows}, {store.Destination.Columns.Size}, ref _Unsafe.Add(ref {tensor}, {token} * {stride}), {(reversed ? "-" : "")}{stride}";
        var text = store.Destination.Access == OperandAccess.Accumulate
            ? $"_TileCopy.StoreGradient({arguments}, head.AddsGradients);"
            : $"_TileCopy.Store({arguments});";
        if (!store.Destination.IsOptional)
        {
            _writer.Line(text);
            return;
        }

        using (_writer.Block($"if (!_Unsafe.IsNullRef(ref {tensor}))"))
        {
            _writer.Line(text);
        }
    }

    /// <summary>
    /// All that the caller may not want, at the first such store: nobody wants what comes after it, such as the rest of a log-sum-exp,
    /// without it.
    /// </summary>
    private void StoreOptional(Store store, StripStep strip, string row, string rows, string first)
    {
        var stores = strip.Statements.OfType<Store>().Where(IsOptional).ToList();
        if (stores[0] != store)
        {
            return;
        }

        using (_writer.Block($"if (!_Unsafe.IsNullRef(ref {Tensor(store.Destination).Reference}))"))
        {
            Sweep(strip.Statements.OfType<Map>().Where(IsOptional).ToArray(), strip.IsStripped ? "sCount" : Count(strip.Tokens));
            foreach (var optional in stores)
            {
                var (source, tensor) = (Locate(optional.Source).Reference, Tensor(optional.Destination).Reference);
                var text =
                    $"_TileCopy.Store(ref _Unsafe.Add(ref {source}, {row}), 0, 1, {rows}, ref _Unsafe.Add(ref {tensor}, {first}), 0);";
                if (optional == store)
                {
                    _writer.Line(text);
                    continue;
                }

                using (_writer.Block($"if (!_Unsafe.IsNullRef(ref {tensor}))"))
                {
                    _writer.Line(text);
                }
            }
        }
    }

    private void Multiply(MatMul product)
    {
        if (InShortCall(product) is not { } instead)
        {
            MultiplyInBlocks(product);
            return;
        }

        using (_writer.Block("if (head.IsShort)"))
        {
            foreach (var line in instead)
            {
                _writer.Line(line);
            }
        }

        using (_writer.Block("else"))
        {
            MultiplyInBlocks(product);
        }
    }

    /// <summary>What is done in a short call in place of a product; null where that is the same.</summary>
    private IEnumerable<string>? InShortCall(MatMul product)
    {
        if (_short is null)
        {
            return null;
        }

        var (a, target) = (LocateRaw(product.A), LocateRaw(product.Target));
        if (product == _short.Keys)
        {
            var (tensor, stride) = Tensor(_short.LoadsQueries.Source);
            var places = Places(product) with { Rows = "sCount + head.QueryLength" };
            return
            [
                $"// {ProgramText.Describe(product)} and {ProgramText.Describe(_short.Queries)}, the queries behind the keys",
                $"_TileCopy.Load(ref {tensor}, {stride}, head.QueryLength, {product.A.Columns.Size}, ref _Unsafe.Add(ref {a.Reference}, sCount * {a.Stride}), {a.Stride});",
                .. _short.LoadsQueries.Rotation is { } rotation
                    ? new[]
                    {
                        RotaryCall.Of(
                            rotation, $"ref _Unsafe.Add(ref {a.Reference}, sCount * {a.Stride})", a.Stride, "head.QueryLength",
                            RotaryCall.Position(_short.LoadsQueries.Source, "0")),
                    }
                    : [],
                ProductCall.Of(_schedule, product, places with { A = $"ref {a.Reference}" }, $"ref {target.Reference}"),
                $"_TileCopy.Load(ref _Unsafe.Add(ref {target.Reference}, sCount * {target.Stride}), {target.Stride}, head.QueryLength, {target.Stride}, ref {ShortCall.ProjectedQueries}, {target.Stride});",
            ];
        }

        if (product == _short.Queries)
        {
            return
            [
                $"// {ProgramText.Describe(product)}, which the keys' pass has made",
                $"_TileCopy.Load(ref {ShortCall.ProjectedQueries}, {target.Stride}, sCount, {target.Stride}, ref {target.Reference}, {target.Stride});",
            ];
        }

        if (product == _short.Scores)
        {
            var b = LocateRaw(product.B);
            return
            [
                $"// {ProgramText.Describe(product)}, element by element",
                $"_ShortProducts.LowerScores(ref {a.Reference}, {a.Stride}, sCount, ref {b.Reference}, {b.Stride}, sCount, {_schedule.Padded(product.A.Columns)}, ref {target.Reference}, {target.Stride});",
            ];
        }

        if (_short.Scores is not null)
        {
            return null;
        }

        var (features, values) = (_schedule.Stride(_short.Sum.A), _schedule.Stride(_short.Sum.B));
        if (product == _short.Sum)
        {
            var b = LocateRaw(product.B);
            return
            [
                $"// {ProgramText.Describe(product)}, left as its factors",
                $"_TileCopy.Load(ref {a.Reference}, {a.Stride}, head.KeyLength, {features}, ref {ShortCall.KeyFeatures}, {features});",
                $"_TileCopy.Load(ref {b.Reference}, {b.Stride}, head.KeyLength, {values}, ref {ShortCall.Values}, {values});",
            ];
        }

        return product != _short.Read ? null :
        [
            $"// {ProgramText.Describe(product)} = ({product.A} · {_short.Sum.A}ᵀ) · {_short.Sum.B}",
            $"_ShortProducts.Apply(ref {a.Reference}, {a.Stride}, sCount, ref {ShortCall.KeyFeatures}, {features}, ref {ShortCall.Values}, {values}, head.KeyLength, {_schedule.Padded(product.A.Columns)}, {_schedule.Padded(product.Target.Columns)}, ref {target.Reference}, {target.Stride});",
        ];
    }

    /// <summary>
    /// Where the operands of a product are: of its rows those of the strip, of its summands those of the run that are not zero.
    /// </summary>
    private ProductPlaces Places(MatMul product)
    {
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        var places = new ProductPlaces(
            At(product.A), Locate(product.A).Stride, $"ref {RightOperand(product)}", RightStride(product), Locate(product.Target).Stride,
            Rows: !rows.IsTokens ? "" : _strip is null ? Count(rows) : "sCount", Inner: inner.IsTokens ? Count(inner) : "",
            Diagonal: _strip is null ? "0" : "s");
        if ((product.Target.Columns.Between ?? inner.Between) is { } between)
        {
            return InBand(product, places, between.Columns);
        }

        if (_seen is not null && inner == _seen)
        {
            return places with { B = $"ref _Unsafe.Add({places.B}, seenFrom * {places.StrideB})", Inner = "seenTo - seenFrom" };
        }

        if (_seen is not null && product.Target.Columns == _seen)
        {
            return places with { B = $"ref _Unsafe.Add({places.B}, seenFrom)", Columns = "((seenTo + 15) & -16) - seenFrom" };
        }

        if (!inner.IsTokens || !_inRun || !product.TransposeA || !(IsZeroOutsideRun(product.A) || IsZeroOutsideRun(product.B)))
        {
            return places;
        }

        // Rows outside of the run add zeros: they are skipped.
        return places with
        {
            A = $"ref _Unsafe.Add({places.A}, runFrom * {LocateRaw(product.A).Stride})",
            B = $"ref _Unsafe.Add({places.B}, runFrom * {places.StrideB})",
            Inner = "runTo - runFrom",
        };
    }

    /// <summary>
    /// What a strip multiplies its band with: the rows of that which belong to the strip, of its columns those that are seen. Each row of
    /// the strip needs one before those of the row above, so they are as many as the columns and the strip's other rows.
    /// </summary>
    private ProductPlaces InBand(MatMul product, ProductPlaces places, Dim columns)
    {
        var isTarget = product.Target.Columns.Between is not null;
        var first = $"{Text(_schedule.LastStrip(isTarget ? product.Target.Columns : product.A.Columns))} - s";
        var (from, count) = columns == _seen ? ($"{first} + seenFrom", "seenTo - seenFrom") : (first, Count(columns));
        var others = _schedule.StripRows - 1;
        return isTarget
            ? places with { B = $"ref _Unsafe.Add({places.B}, {from})", Columns = $"({count} + {others + 15}) & -16" }
            : places with { B = $"ref _Unsafe.Add({places.B}, ({from}) * {places.StrideB})", Inner = $"{count} + {others}" };
    }

    private string RightOperand(MatMul product) =>
        product.B is Parameter ? product.B.Name
        : product.TransposeB ? _buffers.Packed(product.B).Name
        : LocateRaw(product.B).Reference;

    private int RightStride(MatMul product) =>
        product.B is Parameter weights ? _schedule.Stride(weights)
        : product.TransposeB ? _buffers.Packed(product.B).Stride
        : LocateRaw(product.B).Stride;

    private void MultiplyInBlocks(MatMul product)
    {
        if (product.B is Parameter { Form: ParameterForm.Transform } projections)
        {
            Describe(product);
            _writer.Line(HadamardCall.Of(
                product, At(product.A), Locate(product.A).Stride, $"ref {projections.Name}", At(product.Target),
                Locate(product.Target).Stride, $"ref {_buffers.Transform!.Name}", Count(product.A.Rows)));
            return;
        }

        var places = Places(product);
        if (product.Target is StateMember sum && IsGrouped(product, sum))
        {
            AddToSum(product, sum, places);
            return;
        }

        var computes = ProductCall.Of(_schedule, product, places, At(product.Target));
        if (product.B is not StateMember member || !IsCarried(member.State) || GroupsOf(member.State) is null)
        {
            Describe(product);
            _writer.Line(computes);
            return;
        }

        // What no token has been added to is not read.
        using (_writer.Block("if (stage != _SumStage.Empty)"))
        {
            Describe(product);
            _writer.Line(computes);
        }

        if (!product.Accumulate)
        {
            using (_writer.Block("else"))
            {
                _writer.Line($"_TileCopy.Clear({At(product.Target)}, {LocateRaw(product.Target).Stride}, 0, {(_strip is null ? Count(product.Target.Rows) : "sCount")});");
            }
        }
    }

    /// <summary>A product that is added to a sum, and to its group where that is open beside it.</summary>
    private void AddToSum(MatMul product, StateMember sum, ProductPlaces places)
    {
        var groups = GroupsOf(sum.State)!;
        if (!groups.IsRead(sum))
        {
            Describe(product);
            _writer.Line(ProductCall.Of(_schedule, product, places, At(sum, SumGroups.Open(sum))));
            return;
        }

        using (_writer.Block($"if (!{IsLast})"))
        {
            if (IsLeftOut(groups, sum))
            {
                using (_writer.Block("if (stage == _SumStage.Empty)"))
                {
                    Clear(sum.Name, sum);
                }

                _writer.Line();
            }

            Describe(product);
            _writer.Line(
                ProductCall.AddToBoth(_schedule, product, places, At(sum), At(sum, SumGroups.Group(sum)), "stage == _SumStage.Grouped"));
        }
    }

    /// <summary>Whether nobody reads what the tile, or the run, adds to the sums.</summary>
    private string IsLast =>
        _inRun ? "(isLast && runTo == " + Count(_groups.Single(groups => IsCarried(groups.Fold.State)).Fold.Loop.Tokens) + ")" : "isLast";

    private bool IsZeroOutsideRun(Tile tile) => _statements.OfType<Map>().Any(map =>
        map.Target == tile
        && map.Branches.All(branch => branch is Expr.Choice { Condition: Position.InRun, IfFalse: Expr.Constant { Value: 0 } }));

    private void Fill(Tile tile, int floats, double value) =>
        _writer.Line($"_MemoryMarshal.CreateSpan(ref {tile.Name}, {floats}).Fill({ExprPrinter.Literal(value)});");

    private void Clear(string name, StateMember like) =>
        _writer.Line($"_MemoryMarshal.CreateSpan(ref {name}, {_schedule.Floats(like)}).Clear();");

    /// <summary>A reference to the first row of the current strip of a tile, or to its first row outside of strip loops.</summary>
    /// <param name="instead">What belongs to the tile and is laid out as it is.</param>
    private string At(Tile tile, string? instead = null)
    {
        var (reference, stride, isStrip) = LocateRaw(tile);
        reference = instead ?? reference;
        var seen = _seen is not null && (tile.Columns == _seen || tile.Columns.Between?.Columns == _seen) ? "seenFrom" : null;
        return _strip is not null && !isStrip && tile.Rows == _strip
            ? $"ref _Unsafe.Add(ref {reference}, s * {stride}{(seen is null ? "" : " + " + seen)})"
            : seen is null ? $"ref {reference}"
            : $"ref _Unsafe.Add(ref {reference}, {seen})";
    }

    private (string Reference, int Stride) Locate(Tile tile)
    {
        var (reference, stride, isStrip) = LocateRaw(tile);
        return _strip is null || isStrip || tile.Rows != _strip
            ? (reference, stride)
            : ($"_Unsafe.Add(ref {reference}, s * {stride})", stride);
    }

    private (string Reference, int Stride, bool IsStrip) LocateRaw(Tile tile) =>
        _buffers.Contains(tile) ? (_buffers[tile].Name, _buffers[tile].Stride, _buffers[tile].IsStrip)
        : (tile.Name, _schedule.Stride(tile), false);

    private static (string Reference, string Stride) Tensor(Operand operand) =>
        (OperandTable.Start(operand.Name), OperandTable.Stride(operand));

    private static string Start(Dim tokens) => IndexText.Start(tokens);

    private string Count(Dim tokens) => tokens.Between is null ? IndexText.Count(tokens) : Text(_schedule.TileRows(tokens));

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>Whether positions below a bound are surely below a length.</summary>
    private static bool IsWithin(TokenIndex bound, TokenIndex length) =>
        Print(bound) == Print(length)
        || (length is TokenIndex.Length { Operand: var operand } && operand.HasAllOf(bound))
        || (bound is TokenIndex.Extremum { IsMax: false } min && (IsWithin(min.Left, length) || IsWithin(min.Right, length)));

    private static string Print(TokenIndex index) => IndexText.Print(
        index,
        length => length.Operand.Positions is { } positions ? Text(positions)
            : length.Operand.IsOfKeys ? "head.KeyLength"
            : "head.QueryLength",
        "global::System.Math");
}
