using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Emits the body of one kernel method: the loops over tiles and strips, and calls of the products and passes inside them.</summary>
internal sealed class BodyEmitter
{
    private readonly CpuSchedule _schedule;
    private readonly CpuTarget _target;
    private readonly TileProgram _program;
    private readonly KernelText _text;
    private readonly SourceWriter _writer;
    private readonly IReadOnlyList<Step> _steps;
    private readonly List<Statement> _statements;
    private readonly BufferPlan _buffers;
    private readonly StateEmitter _states;

    /// <summary>The token axis whose strips are being walked, with its first row in `s`; null outside of strip loops.</summary>
    private Dim? _strip;

    private bool _inRun;

    public BodyEmitter(CpuSchedule schedule, TileProgram program, KernelText text, SourceWriter writer, IReadOnlyList<Statement> block)
    {
        _schedule = schedule;
        _target = schedule.Target;
        _program = program;
        _text = text;
        _writer = writer;
        _steps = StepPlanner.Plan(block);
        _statements = Dataflow.Flatten(block).ToList();
        _buffers = new BufferPlan(schedule, _steps, program.Kept);
        _states = new StateEmitter(schedule, text);
    }

    /// <summary>Floats of scratch memory that the body works in.</summary>
    public int ScratchFloats => _buffers.Floats;

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

        TakeKeptState();
        foreach (var member in _program.State?.Members ?? Enumerable.Empty<StateMember>())
        {
            if (_buffers.HasCopy(member) && !IsWritten(member))
            {
                PackTransposed(member);
            }
        }

        foreach (var parameter in _program.Parameters)
        {
            _writer.Line($"ref var {parameter.Name} = ref _Unsafe.Add(ref head.Parameters, {_schedule.ParameterOffset(_program, parameter)});");
        }

        foreach (var step in _steps)
        {
            var loop = ((WholeStep)step).Statement switch
            {
                Fold fold => fold.Loop,
                Parallel parallel => parallel.Loop,
                _ => throw new NotSupportedException("The outermost statements of a program are loops over tokens."),
            };
            Loop(loop, "from", "to", ((WholeStep)step).Body);
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
                _writer.Line($"// {member} {ProgramText.Shape(member)} of the kept state{(_buffers[member].IsTransposed ? ", transposed" : "")}.");
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
            var source = $"ref _Unsafe.Add(ref head.KeptState, {from + (i * segment * columns)})";
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
            switch (step)
            {
                case StripStep strip:
                    Strips(strip);
                    break;
                case WholeStep { Statement: Fold fold } whole:
                    foreach (var member in fold.State.Members)
                    {
                        Fill(member, _schedule.Floats(member), member.Initial);
                    }

                    Loop(fold.Loop, Print(fold.Loop.From), Print(fold.Loop.To), whole.Body);
                    break;
                case WholeStep { Statement: Parallel parallel } whole:
                    Loop(parallel.Loop, Print(parallel.Loop.From), Print(parallel.Loop.To), whole.Body);
                    break;
                case WholeStep { Statement: Runs runs } whole:
                    Runs(runs, whole.Body);
                    break;
                case WholeStep { Statement: Rebase rebase }:
                    RebaseAll(rebase.State, $"ref {rebase.Candidate.Name}", rebase.Threshold);
                    break;
                case WholeStep { Statement: Map map }:
                    Pass(new[] { map }, "1");
                    break;
                case WholeStep { Statement: MatMul product }:
                    Multiply(product);
                    break;
                case WholeStep { Statement: Transpose }:
                    break; // a vector is the same memory either way
                default:
                    throw new NotSupportedException($"{step}");
            }
        }
    }

    private void Loop(TokenLoop loop, string from, string to, IReadOnlyList<Step> body)
    {
        if (!IsReversed(loop) && (loop.Stride != 1 || loop.Offset != 0))
        {
            throw new NotSupportedException("Dilated loops are not scheduled on the CPU yet.");
        }

        var (start, count) = (Start(loop.Tokens), Count(loop.Tokens));
        _writer.Line();
        _writer.Line($"// Tiles of {_schedule.TileRows(loop.Tokens)} tokens {loop.Tokens}.");
        using (_writer.Block($"for (var {start} = {from}; {start} < {to}; {start} += {_schedule.TileRows(loop.Tokens)})"))
        {
            _writer.Line($"var {count} = global::System.Math.Min({_schedule.TileRows(loop.Tokens)}, {to} - {start});");
            Emit(body);
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
            _writer.Line($"runTo = {end}({values}, ref {reference}, {maxima}, runFrom, {Count(tokens)}, {ExprPrinter.Literal(runs.Threshold)});");
            _inRun = true;
            Emit(body);
            _inRun = false;
            RebaseAll(runs.State, maxima, runs.Rise);
        }
    }

    private void RebaseAll(State state, string candidate, double threshold)
    {
        using (_writer.Block($"if ({_states.Exceeds(state)}({candidate}, ref {state.Reference}, {ExprPrinter.Literal(threshold)}))"))
        {
            var others = string.Join(", ", state.Members.Select(member => $"ref {member.Name}"));
            _writer.Line($"{_states.Raise(state)}({candidate}, ref {_buffers.Factors!.Name}, {others});");
        }
    }

    private void Strips(StripStep strip)
    {
        foreach (var reduce in strip.Statements.OfType<Reduce>().Where(reduce => reduce.Target.IsRowVector && !reduce.Accumulate))
        {
            Fill(reduce.Target, _schedule.Floats(reduce.Target), reduce.Reduction == Reduction.Sum ? 0 : double.NegativeInfinity);
        }

        foreach (var packed in strip.Statements.OfType<MatMul>().Where(p => p.TransposeB && _buffers.HasCopy(p.B)).Select(p => p.B).Distinct())
        {
            if (packed is not StateMember || IsWritten(packed))
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
        else if (EarlierAxis(strip) is { } earlier)
        {
            _writer.Line($"// Strips before the tile of {earlier} see none of it.");
            _writer.Line($"var ahead{earlier} = global::System.Math.Max(0, {Start(earlier)} - {Start(strip.Tokens)});");
            header = $"for (var s = ahead{earlier} - (ahead{earlier} % {rows}); s < {count}; s += {rows})";
        }
        else if (LaterAxis(strip) is { } later)
        {
            _writer.Line($"// Strips after the tile of {later} are not seen by it.");
            header = $"for (var s = 0; s < global::System.Math.Min({count}, {Start(later)} + {Count(later)} - {Start(strip.Tokens)}); s += {rows})";
        }

        using (_writer.Block(header))
        {
            _writer.Line($"var sCount = global::System.Math.Min({rows}, {count} - s);");
            _strip = strip.Tokens;
            Chain(strip);
            _strip = null;
        }
    }

    /// <summary>
    /// The column axis of a causal mask if all that the chain does beyond its own strips is to add up what the mask lets through: rows that
    /// precede the whole tile of columns then need not be visited.
    /// </summary>
    private Dim? EarlierAxis(StripStep strip) => Masks(strip).FirstOrDefault(mask => mask.Later == strip.Tokens)?.Earlier;

    /// <summary>Likewise the column axis where the rows are the earlier tokens: rows that follow the whole tile of columns need not be visited.</summary>
    private Dim? LaterAxis(StripStep strip) => Masks(strip).FirstOrDefault(mask => mask.Earlier == strip.Tokens)?.Later;

    private IEnumerable<Condition.Precedes> Masks(StripStep strip)
    {
        var masks = strip.Statements.OfType<Map>().SelectMany(map => map.Branches).SelectMany(branch => branch.Flatten()).OfType<Expr.Choice>()
            .Where(choice => choice.IfFalse is Expr.Constant { Value: double.NegativeInfinity })
            .Select(choice => choice.Condition).OfType<Condition.Precedes>()
            .Where(mask => mask.Earlier != mask.Later);
        var onlyAdds = strip.Statements.All(statement => statement is Rebase or Reduce { Accumulate: true } or MatMul { Accumulate: true }
            || (statement is Map or Reduce or MatMul && Dataflow.Writes(statement).All(tile => _buffers.Contains(tile) && _buffers[tile].IsStrip)));
        return onlyAdds ? masks : Enumerable.Empty<Condition.Precedes>();
    }

    private void Chain(StripStep strip)
    {
        var rows = strip.IsStripped ? "sCount" : Count(strip.Tokens);
        var pass = new List<Statement>();

        void Flush()
        {
            if (pass.Count > 0)
            {
                Pass(pass.ToArray(), rows);
                pass.Clear();
            }
        }

        foreach (var statement in strip.Statements)
        {
            if (statement is Map or Reduce)
            {
                if (IsOptional(statement))
                {
                    continue;
                }

                if (pass.Count > 0 && !CanShare(pass, statement))
                {
                    Flush();
                }

                pass.Add(statement);
                continue;
            }

            Flush();
            switch (statement)
            {
                case Load load:
                    Load(load, strip, rows);
                    break;
                case Store store:
                    Store(store, strip, rows);
                    break;
                case MatMul product:
                    Multiply(product);
                    break;
                case Rebase rebase:
                    var members = string.Join(", ", rebase.State.Members.Select(member => At(member)));
                    _writer.Line(
                        $"{_states.RaiseRows(rebase.State)}({At(rebase.Candidate)}, {members}, {rows}, {ExprPrinter.Literal(rebase.Threshold)});");
                    break;
            }
        }

        Flush();
    }

    /// <summary>A pass walks one column axis, and cannot read a row vector that it is still reducing.</summary>
    private static bool CanShare(List<Statement> pass, Statement statement) =>
        PassEmitter.Columns(pass[0]) == PassEmitter.Columns(statement)
        && !Dataflow.Reads(statement).Any(tile => tile.IsRowVector && pass.Where(other => other != statement).SelectMany(Dataflow.Writes).Contains(tile));

    /// <summary>Whether a statement is a store that the caller may not want, or only serves such.</summary>
    private bool IsOptional(Statement statement) =>
        statement is Store { Destination.IsOptional: true }
        || (statement is Map map && _statements.Where(other => Dataflow.Reads(other).Contains(map.Target)).All(IsOptional));

    private void Pass(IReadOnlyList<Statement> pass, string rows)
    {
        var outside = new HashSet<Tile>(_statements.Where(other => !pass.Contains(other)).SelectMany(Dataflow.Reads));
        var emitter = new PassEmitter(
            _schedule, _buffers, pass, outside.Contains, function => FunctionEmitter.Add(_text, _target, function));
        var name = _text.Add("Compute" + string.Concat(pass.Select(statement => Upper(Dataflow.Writes(statement).First().Name)).Distinct()), emitter.Emit);
        var columns = PassEmitter.Columns(pass[0]);
        var arguments = emitter.Tiles.Select(At).Concat(new[] { rows });
        if (columns.IsTokens)
        {
            arguments = arguments.Concat(new[] { Count(columns) });
        }

        var row = _strip is null ? "" : " + s";
        if (emitter.NeedsPositions)
        {
            var axis = pass[0] is Map map ? map.Target.Rows : ((Reduce)pass[0]).Rows;
            arguments = arguments.Concat(new[] { $"{Start(axis)}{row} - {Start(columns)}" });
        }

        if (emitter.NeedsRun)
        {
            arguments = arguments.Concat(_strip is null ? new[] { "runFrom", "runTo" } : new[] { "runFrom - s", "runTo - s" });
        }

        arguments = arguments.Concat(emitter.Limits
            .Select(below => $"{Print(below.Limit)} - ({Start(below.Tokens)}{row})"));
        Call(name, arguments, pass);
    }

    /// <summary>A call, with what it computes in the notation of the paper.</summary>
    private void Call(string method, IEnumerable<string> arguments, IReadOnlyList<Statement> statements)
    {
        _writer.Line($"// {string.Join("; ", statements.Select(ProgramText.Describe))}");
        _writer.Line($"{method}({string.Join(", ", arguments)});");
    }

    private void Load(Load load, StripStep strip, string rows)
    {
        var (tensor, stride) = Tensor(load.Source);
        var first = strip.IsStripped ? $"({Start(strip.Tokens)} + s)" : Start(strip.Tokens);
        var buffer = _buffers[load.Target];
        var method = buffer.IsTransposed ? "LoadTransposed" : "Load";
        var target = At(load.Target);
        var valid = rows;
        if (IsReversed(load.Loop))
        {
            LoadReversed(load, first, rows);
            return;
        }

        if (!IsWithin(load.Loop.To, load.Source.Length))
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
            (token, target, rows) = ($"({token} - {skipped})", $"ref _Unsafe.Add({target}, {skipped} * {buffer.Stride})", $"{rows} - {skipped}");
        }

        _writer.Line(
            $"_TileCopy.Load(ref _Unsafe.Add(ref {tensor}, {token} * {stride}), -{stride}, {rows}, {load.Source.Columns.Size}, {target}, {buffer.Stride});");
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
            (source, token, rows) = ($"ref _Unsafe.Add({source}, {skipped} * {buffer.Stride})", $"({token} - {skipped})", $"{rows} - {skipped}");
        }

        var arguments = $"{source}, {buffer.Stride}, {rows}, {store.Destination.Columns.Size}, ref _Unsafe.Add(ref {tensor}, {token} * {stride}), {(reversed ? "-" : "")}{stride}";
        _writer.Line(store.Destination.IsGradient
            ? $"_TileCopy.StoreGradient({arguments}, head.AddsGradients);"
            : $"_TileCopy.Store({arguments});");
    }

    /// <summary>All that the caller may not want, at the first such store: nobody wants the rest of a log-sum-exp without it.</summary>
    private void StoreOptional(Store store, StripStep strip, string row, string rows, string first)
    {
        var stores = strip.Statements.OfType<Store>().Where(IsOptional).ToList();
        if (stores[0] != store)
        {
            return;
        }

        using (_writer.Block("if (!_Unsafe.IsNullRef(ref head.LogSumExp))"))
        {
            Pass(strip.Statements.OfType<Map>().Where(IsOptional).ToArray(), strip.IsStripped ? "sCount" : Count(strip.Tokens));
            foreach (var optional in stores)
            {
                var (source, tensor) = (Locate(optional.Source).Reference, Tensor(optional.Destination).Reference);
                var text = $"_TileCopy.Store(ref _Unsafe.Add(ref {source}, {row}), 0, 1, {rows}, ref _Unsafe.Add(ref {tensor}, {first}), 0);";
                if (optional.Destination.Role == TensorRole.LogSumExp)
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
        if (product.B is Parameter { Source: ParameterSource.HadamardProjections } projections)
        {
            var transform = HadamardEmitter.Add(_schedule, _text, product, Locate(product.A).Stride, Locate(product.Target).Stride);
            var count = Count(product.A.Rows);
            Call(transform, [At(product.A), $"ref {projections.Name}", At(product.Target), $"ref {_buffers.Transform!.Name}", count], [product]);
            return;
        }

        var strideB = product.B is Parameter weights ? _schedule.Stride(weights)
            : product.TransposeB ? _buffers.Packed(product.B).Stride
            : LocateRaw(product.B).Stride;
        var name = _text.Add(MatMulEmitter.Name(product), candidate =>
            MatMulEmitter.Emit(_schedule, product, candidate, Locate(product.A).Stride, strideB, Locate(product.Target).Stride));
        var b = product.B is Parameter ? $"ref {product.B.Name}" : product.TransposeB ? $"ref {_buffers.Packed(product.B).Name}" : $"ref {LocateRaw(product.B).Reference}";
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        var arguments = new List<string> { At(product.A), b, At(product.Target) };
        if (rows.IsTokens)
        {
            arguments.Add(_strip is null ? Count(rows) : "sCount");
        }

        if (inner.IsTokens && _inRun && product.TransposeA && (IsZeroOutsideRun(product.A) || IsZeroOutsideRun(product.B)))
        {
            // Rows outside of the run add zeros: they are skipped.
            arguments[0] = $"ref _Unsafe.Add({arguments[0]}, runFrom * {LocateRaw(product.A).Stride})";
            arguments[1] = $"ref _Unsafe.Add({b}, runFrom * {strideB})";
            arguments.Add("runTo - runFrom");
        }
        else if (inner.IsTokens)
        {
            arguments.Add(Count(inner));
        }

        if (product.Structure != Structure.Full)
        {
            arguments.Add(_strip is null ? "0" : "s");
        }

        Call(name, arguments, new[] { product });
    }

    private bool IsZeroOutsideRun(Tile tile) => _statements.OfType<Map>().Any(map =>
        map.Target == tile && map.Branches.All(branch => branch is Expr.Choice { Condition: Condition.InRun, IfFalse: Expr.Constant { Value: 0 } }));

    private void Fill(Tile tile, int floats, double value) =>
        _writer.Line($"_MemoryMarshal.CreateSpan(ref {tile.Name}, {floats}).Fill({ExprPrinter.Literal(value)});");

    /// <summary>A reference to the first row of the current strip of a tile, or to its first row outside of strip loops.</summary>
    private string At(Tile tile)
    {
        var (reference, stride, isStrip) = LocateRaw(tile);
        return _strip is null || isStrip || tile.Rows != _strip ? $"ref {reference}" : $"ref _Unsafe.Add(ref {reference}, s * {stride})";
    }

    private (string Reference, int Stride) Locate(Tile tile)
    {
        var (reference, stride, isStrip) = LocateRaw(tile);
        return _strip is null || isStrip || tile.Rows != _strip ? (reference, stride) : ($"_Unsafe.Add(ref {reference}, s * {stride})", stride);
    }

    private (string Reference, int Stride, bool IsStrip) LocateRaw(Tile tile) =>
        _buffers.Contains(tile) ? (_buffers[tile].Name, _buffers[tile].Stride, _buffers[tile].IsStrip)
        : (tile.Name, _schedule.Stride(tile), false);

    private static (string Reference, string Stride) Tensor(TensorArgument tensor) => tensor.Role switch
    {
        TensorRole.Query => ("head.Query", "head.QueryStride"),
        TensorRole.Key => ("head.Key", "head.KeyStride"),
        TensorRole.Value => ("head.Value", "head.ValueStride"),
        TensorRole.Output => ("head.Destination", "head.DestinationStride"),
        TensorRole.OutputGradient => ("head.OutputGradient", "head.DestinationStride"),
        TensorRole.QueryGradient => ("head.QueryGradient", "head.QueryStride"),
        TensorRole.KeyGradient => ("head.KeyGradient", "head.KeyStride"),
        TensorRole.ValueGradient => ("head.ValueGradient", "head.ValueStride"),
        TensorRole.LogSumExp => ("head.LogSumExp", "1"),
        TensorRole.LogSumExpRest => ("head.LogSumExpRest", "1"),
        TensorRole.Reciprocal => ("head.Reciprocal", "1"),
        _ => throw new NotSupportedException($"The CPU backend passes no tensor in the role {tensor.Role} yet."),
    };

    private static string Start(Dim tokens) => tokens.Name + "Start";

    private static string Count(Dim tokens) => tokens.Name + "Count";

    private static string Upper(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>Whether positions below a bound are surely below a length.</summary>
    private static bool IsWithin(TokenIndex bound, TokenIndex length) =>
        Print(bound) == Print(length) || (bound is TokenIndex.Extremum { IsMax: false } min && (IsWithin(min.Left, length) || IsWithin(min.Right, length)));

    private static string Print(TokenIndex index) => index switch
    {
        TokenIndex.Constant constant => constant.Value.ToString(CultureInfo.InvariantCulture),
        TokenIndex.Length length => length.Tensor.HasTokensOfKeys ? "head.KeyLength" : "head.QueryLength",
        TokenIndex.Start start => Start(start.Tokens),
        TokenIndex.End end => $"({Start(end.Tokens)} + {Count(end.Tokens)})",
        TokenIndex.Arithmetic arithmetic => $"({Print(arithmetic.Left)} {arithmetic.Operator} {Print(arithmetic.Right)})",
        TokenIndex.Extremum extremum => $"global::System.Math.{(extremum.IsMax ? "Max" : "Min")}({Print(extremum.Left)}, {Print(extremum.Right)})",
        _ => throw new NotSupportedException($"{index}"),
    };
}
