using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Emits what a kernel does with a state: start, merge, export, and raising its references.</summary>
internal sealed class StateEmitter
{
    private readonly CpuSchedule _schedule;
    private readonly CpuTarget _target;
    private readonly KernelText _text;

    public StateEmitter(CpuSchedule schedule, KernelText text)
    {
        _schedule = schedule;
        _target = schedule.Target;
        _text = text;
    }

    /// <summary>Floats of one head's state without padding.</summary>
    public static int ExportedFloats(State? state) =>
        state is null ? 0 : state.Members.Sum(member => member.Rows.Size * member.Columns.Size);

    public void EmitInit(SourceWriter writer, State? state)
    {
        using (writer.Block("public static void InitState(ref float state)"))
        {
            foreach (var member in state?.Members ?? Enumerable.Empty<StateMember>())
            {
                writer.Line($"// {member.Name} {ProgramText.Shape(member)}");
                writer.Line(
                    $"_MemoryMarshal.CreateSpan(ref _Unsafe.Add(ref state, {_schedule.StateOffset(member)}), {_schedule.Floats(member)}).Fill({ExprPrinter.Literal(member.Initial)});");
            }

            var sums = SumGroups.Of(state);
            if (sums.Count > 0)
            {
                writer.Line($"// {string.Join(", ", sums.Select(SumGroups.Rest))}");
                writer.Line(
                    $"_MemoryMarshal.CreateSpan(ref _Unsafe.Add(ref state, {_schedule.RestOffset(sums[0])}), {sums.Sum(_schedule.Floats)}).Clear();");
            }
        }
    }

    /// <summary>(c, Σ) of other tokens joins: c' = max(c, c₂), Σ' = 2^(c−c')·Σ + 2^(c₂−c')·Σ₂, row by row of the state's axis.</summary>
    public void EmitMerge(SourceWriter writer, State? state)
    {
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Merge(ref float state, ref float other)"))
        {
            if (state is null)
            {
                return;
            }

            foreach (var member in state.Members)
            {
                var offset = _schedule.StateOffset(member);
                writer.Line($"ref var {member.Name} = ref _Unsafe.Add(ref state, {offset});");
                writer.Line($"ref var {member.Name}2 = ref _Unsafe.Add(ref other, {offset});");
            }

            foreach (var sum in SumGroups.Of(state))
            {
                var (rest, offset) = (SumGroups.Rest(sum), _schedule.RestOffset(sum));
                writer.Line($"ref var {rest} = ref _Unsafe.Add(ref state, {offset});");
                writer.Line($"ref var {rest}2 = ref _Unsafe.Add(ref other, {offset});");
            }

            var transposed = state.Members.Where(member => IsTransposed(member)).ToList();
            if (transposed.Count > 0)
            {
                MergeTransposed(writer, state, transposed);
            }

            using (writer.Block($"for (nint r = 0; r < {_schedule.Padded(state.Axis)}; r++)"))
            {
                if (state.Reference is { } c)
                {
                    writer.Line($"var raised = float.MaxNative(_Unsafe.Add(ref {c}, r), _Unsafe.Add(ref {c}2, r));");
                    writer.Line($"var mine = _VectorMath.Exp2(_Unsafe.Add(ref {c}, r) - raised, {FactorFlush});");
                    writer.Line($"var theirs = _VectorMath.Exp2(_Unsafe.Add(ref {c}2, r) - raised, {FactorFlush});");
                    writer.Line($"_Unsafe.Add(ref {c}, r) = raised;");
                }
                else
                {
                    writer.Line("const float mine = 1f;");
                    writer.Line("const float theirs = 1f;");
                }

                foreach (var sum in SumGroups.Of(state).Where(sum => !IsTransposed(sum)))
                {
                    if (sum.IsRowVector || sum.IsColumnVector)
                    {
                        writer.Line(Merged(sum, "r", "mine", $"_Unsafe.Add(ref {sum.Name}2, r) * theirs", $"_Unsafe.Add(ref {SumGroups.Rest(sum)}2, r) * theirs"));
                        continue;
                    }

                    using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(sum.Columns)}; j += {_target.Lanes})"))
                    {
                        var at = $"(r * {_schedule.Stride(sum)}) + j";
                        writer.Line(Merged(
                            sum, at, $"{_target.Simd}.Create(mine)", $"{Load(sum.Name + "2", at)} * theirs", $"{Load(SumGroups.Rest(sum) + "2", at)} * theirs"));
                    }
                }
            }
        }
    }

    /// <summary>A sum and its rest take in those of another state.</summary>
    private static string Merged(StateMember sum, string at, string scale, string other, string otherRest) =>
        $"_CompensatedSums.Merge(ref _Unsafe.Add(ref {sum.Name}, {at}), ref _Unsafe.Add(ref {SumGroups.Rest(sum)}, {at}), {scale}, {other}, {otherRest});";

    /// <summary>Whether the state's axis is the columns of a matrix.</summary>
    private static bool IsTransposed(StateMember member) => member.Columns == member.State.Axis && !member.IsRowVector;

    private void MergeTransposed(SourceWriter writer, State state, IReadOnlyList<StateMember> matrices)
    {
        var simd = _target.Simd;
        using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(state.Axis)}; j += {_target.Lanes})"))
        {
            if (state.Reference is { } c)
            {
                writer.Line($"var raised = {simd}.MaxNative({Load(c.Name, "j")}, {Load(c.Name + "2", "j")});");
                writer.Line($"var mine = _VectorMath.Exp2({Load(c.Name, "j")} - raised, {FactorFlush});");
                writer.Line($"var theirs = _VectorMath.Exp2({Load(c.Name + "2", "j")} - raised, {FactorFlush});");
            }
            else
            {
                writer.Line($"var mine = {_target.Floats}.One;");
                writer.Line($"var theirs = {_target.Floats}.One;");
            }

            foreach (var matrix in matrices)
            {
                using (writer.Block($"for (nint r = 0; r < {_schedule.Rows(matrix)}; r++)"))
                {
                    var at = $"(r * {_schedule.Stride(matrix)}) + j";
                    writer.Line(Merged(matrix, at, "mine", $"{Load(matrix.Name + "2", at)} * theirs", $"{Load(SumGroups.Rest(matrix) + "2", at)} * theirs"));
                }
            }
        }
    }

    public void EmitExport(SourceWriter writer, State? state)
    {
        using (writer.Block("public static void ExportState(ref float state, global::System.Span<float> destination)"))
        {
            if (state is null)
            {
                return;
            }

            var written = 0;
            foreach (var member in state.Members)
            {
                var vector = member.IsRowVector || member.IsColumnVector;
                var (segment, columns) = (state.Axis.Size / state.Axis.Segments, member.Columns.Size);
                writer.Line($"// {member.Name} {ProgramText.Shape(member)}");
                for (var i = 0; i < state.Axis.Segments; i++)
                {
                    var row = i * _schedule.PaddedSegment(state.Axis);
                    if (vector)
                    {
                        Copy($"{_schedule.StateOffset(member) + row}", segment, $"{written}");
                        written += segment;
                        continue;
                    }

                    using (writer.Block($"for (var r = 0; r < {segment}; r++)"))
                    {
                        var stride = _schedule.Stride(member);
                        Copy($"{_schedule.StateOffset(member) + (row * stride)} + (r * {stride})", columns, $"{written} + (r * {columns})");
                    }

                    written += segment * columns;
                }
            }
        }

        void Copy(string from, int count, string to) => writer.Line(
            $"_MemoryMarshal.CreateSpan(ref _Unsafe.Add(ref state, {from}), {count}).CopyTo(destination.Slice({to}));");
    }

    /// <summary>The method that asks whether any candidate exceeds its reference by more than a threshold.</summary>
    public string Exceeds(State state) => _text.Add("Exceeds", name =>
    {
        var writer = new SourceWriter();
        writer.Line("// Whether any candidate is above its reference by more than the threshold. NaN is not.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static bool {name}(ref float candidate, ref float {state.Reference}, float threshold)"))
        {
            AxisLoop(writer, state, (at, tail) =>
            {
                var rise = $"{Load("candidate", at)} - {Load(state.Reference!.Name, at)}";
                writer.Line($"var rise = {(tail ? $"{_target.Simd}.ConditionalSelect(tail, {rise}, {_target.Floats}.Zero)" : rise)};");
                using (writer.Block($"if ({_target.Simd}.GreaterThanAny(rise, {_target.Simd}.Create(threshold)))"))
                {
                    writer.Line("return true;");
                }
            });
            writer.Line("return false;");
        }

        return writer.ToString();
    });

    /// <summary>
    /// The method that raises the references along a fixed axis to the candidates where those are higher. Sums whose reference stays are not touched: where norms
    /// fall from token to token there are many raises, of a few references each.
    /// </summary>
    public string Raise(State state, IReadOnlyList<Follower> followers) => _text.Add("Raise", name =>
    {
        var writer = new SourceWriter();
        var c = state.Reference!.Name;
        var parameters = string.Join(", ", followers.Select(follower => $"ref float {follower.Name}").Prepend($"ref float {c}"));
        writer.Line($"// {c}' = max({c}, candidate); {string.Join(", ", followers.Select(follower => follower.Name))} follow by 2^({c} − {c}').");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(ref float candidate, ref float factor, {parameters}, _SumStage stage)"))
        {
            using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(state.Axis)}; j += {_target.Lanes})"))
            {
                writer.Line($"var old = {Load(c, "j")};");
                writer.Line($"var raised = {_target.Simd}.MaxNative(old, {Load("candidate", "j")});");
                writer.Line(Store("raised", c, "j"));
                writer.Line(Store($"_VectorMath.Exp2(old - raised, {FactorFlush})", "factor", "j"));
            }

            using (writer.Block("if (stage == _SumStage.Empty)"))
            {
                writer.Line("return;");
            }

            Rescale(writer, state, followers.Where(follower => follower.IsSum).ToArray());
            using (writer.Block("if (stage == _SumStage.Grouped)"))
            {
                Rescale(writer, state, followers.Where(follower => !follower.IsSum).ToArray());
            }
        }

        return writer.ToString();
    });

    /// <summary>What belongs to each reference times its `factor`.</summary>
    private void Rescale(SourceWriter writer, State state, IReadOnlyList<Follower> followers)
    {
        foreach (var (name, like) in followers)
        {
            writer.Line($"{(like.IsRowVector ? RescaleVector(state) : IsTransposed(like) ? RescaleColumns(state, like) : RescaleRows(state, like))}(ref {name}, ref factor);");
        }
    }

    private string RescaleVector(State state) => Method($"Rescale_{state.Axis.Size}", "v times the factors", "v", writer =>
    {
        using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(state.Axis)}; j += {_target.Lanes})"))
        {
            writer.Line(Store($"{Load("v", "j")} * {Load("factor", "j")}", "v", "j"));
        }
    });

    private string RescaleColumns(State state, StateMember like) => Method($"Rescale_{like.Rows.Size}x{like.Columns.Size}", "The columns of x times their factors", "x", writer =>
    {
        using (writer.Block($"for (nint r = 0; r < {_schedule.Rows(like)}; r++)"))
        using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(state.Axis)}; j += {_target.Lanes})"))
        {
            var at = $"(r * {_schedule.Stride(like)}) + j";
            writer.Line(Store($"{Load("x", at)} * {Load("factor", "j")}", "x", at));
        }
    });

    private string RescaleRows(State state, StateMember like) => Method($"Rescale_{like.Rows.Size}x{like.Columns.Size}", "The rows of x times their factors", "x", writer =>
    {
        using (writer.Block($"for (nint r = 0; r < {_schedule.Padded(state.Axis)}; r++)"))
        {
            writer.Line("var rowFactor = _Unsafe.Add(ref factor, r);");
            using (writer.Block("if (rowFactor == 1f)"))
            {
                writer.Line("continue;");
            }

            writer.Line($"var f = {_target.Simd}.Create(rowFactor);");
            writer.Line($"ref var row = ref _Unsafe.Add(ref x, r * {_schedule.Stride(like)});");
            using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(like.Columns)}; j += {_target.Lanes})"))
            {
                writer.Line(Store($"{Load("row", "j")} * f", "row", "j"));
            }
        }
    });

    /// <summary>A method that rescales what it is given.</summary>
    private string Method(string name, string comment, string operand, Action<SourceWriter> body) => _text.Add(name, own =>
    {
        var writer = new SourceWriter();
        writer.Line($"// {comment}.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {own}(ref float {operand}, ref float factor)"))
        {
            body(writer);
        }

        return writer.ToString();
    });

    /// <summary>The method that raises the references of the rows of a strip, if any candidate asks for it.</summary>
    public string RaiseRows(State state, IReadOnlyList<Follower> followers) => _text.Add("Raise", name =>
    {
        var writer = new SourceWriter();
        var c = state.Reference!.Name;
        var parameters = string.Join(", ", followers.Select(follower => $"ref float {follower.Name}").Prepend($"ref float {c}"));
        writer.Line($"// Where a candidate is above {c} by more than the threshold: {c}' = max({c}, candidate), and the sums of the row follow by 2^({c} − {c}').");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(ref float candidate, {parameters}, int rows, float threshold, _SumStage stage)"))
        {
            using (writer.Block("for (nint r = 0; r < rows; r++)"))
            {
                writer.Line($"var old = _Unsafe.Add(ref {c}, r);");
                using (writer.Block("if (!(_Unsafe.Add(ref candidate, r) - old > threshold))"))
                {
                    writer.Line("continue;");
                }

                writer.Line("var raised = float.MaxNative(old, _Unsafe.Add(ref candidate, r));");
                writer.Line($"var f = _VectorMath.Exp2(old - raised, {FactorFlush});");
                writer.Line($"_Unsafe.Add(ref {c}, r) = raised;");
                RescaleRow(writer, followers.Where(follower => follower.IsSum));
                using (writer.Block("if (stage == _SumStage.Grouped)"))
                {
                    RescaleRow(writer, followers.Where(follower => !follower.IsSum));
                }
            }
        }

        return writer.ToString();
    });

    /// <summary>Row r times f.</summary>
    private void RescaleRow(SourceWriter writer, IEnumerable<Follower> followers)
    {
        foreach (var (sum, like) in followers)
        {
            if (like.IsColumnVector)
            {
                writer.Line($"_Unsafe.Add(ref {sum}, r) *= f;");
                continue;
            }

            writer.Line($"ref var row{sum} = ref _Unsafe.Add(ref {sum}, r * {_schedule.Stride(like)});");
            using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(like.Columns)}; j += {_target.Lanes})"))
            {
                writer.Line(Store($"{Load("row" + sum, "j")} * f", "row" + sum, "j"));
            }
        }
    }

    /// <summary>The method that takes the logarithms of the first row of a run.</summary>
    /// <param name="stride">Floats from one row of a tile to the next.</param>
    public string StartOfRun(Runs runs, Func<Tile, int> stride) => _text.Add("StartOfRun", name =>
    {
        var writer = new SourceWriter();
        writer.Line($"// {ProgramText.Logarithms(runs)} of a row, into `top`.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}({Operands(runs)}, ref float top, int r)"))
        {
            RowOf(writer, runs, stride);
            AxisLoop(writer, runs.State, (at, tail) => writer.Line(Store(Logarithm(writer, runs, at, tail), "top", at)));
        }

        return writer.ToString();
    });

    /// <summary>The method that finds the end of a run and the maxima of its columns.</summary>
    /// <param name="stride">Floats from one row of a tile to the next.</param>
    public string EndOfRun(Runs runs, Func<Tile, int> stride) => _text.Add("EndOfRun", name =>
    {
        var writer = new SourceWriter();
        var (simd, c) = (_target.Simd, runs.State.Reference!.Name);
        writer.Line($"// The first row after `from` whose {ProgramText.Logarithms(runs)} is anywhere above {c} by more than the threshold, or `rows`;");
        writer.Line("// `top`, the logarithms of row `from`, rises to the column maxima of the rows before it.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static int {name}({Operands(runs)}, ref float {c}, ref float top, int from, int rows, float threshold)"))
        {
            using (writer.Block("for (var r = from + 1; r < rows; r++)"))
            {
                RowOf(writer, runs, stride);
                AxisLoop(writer, runs.State, (at, tail) =>
                {
                    var rise = $"{Logarithm(writer, runs, at, tail: false)} - {Load(c, at)}";
                    writer.Line($"var rise = {(tail ? $"{simd}.ConditionalSelect(tail, {rise}, {_target.Floats}.Zero)" : rise)};");
                    using (writer.Block($"if ({simd}.GreaterThanAny(rise, {simd}.Create(threshold)))"))
                    {
                        writer.Line("return r;");
                    }
                });
                AxisLoop(writer, runs.State, (at, tail) => writer.Line(
                    Store($"{simd}.MaxNative({Load("top", at)}, {Logarithm(writer, runs, at, tail)})", "top", at)));
            }

            writer.Line("return rows;");
        }

        return writer.ToString();
    });

    private static string Operands(Runs runs) =>
        string.Join(", ", Dataflow.Tiles(runs.Values).Distinct().Select(tile => $"ref float {tile.Name}"));

    /// <summary>What is of row r of the tiles that logarithms are computed from.</summary>
    private void RowOf(SourceWriter writer, Runs runs, Func<Tile, int> stride)
    {
        foreach (var tile in Dataflow.Tiles(runs.Values).Distinct().Where(tile => !tile.IsRowVector))
        {
            writer.Line(tile.IsColumnVector
                ? $"var {tile.Name}r = {_target.Simd}.Create(_Unsafe.Add(ref {tile.Name}, r));"
                : $"ref var {tile.Name}r = ref _Unsafe.Add(ref {tile.Name}, r * {stride(tile)});");
        }
    }

    /// <summary>The logarithms of a vector of columns; 0 where the columns end, since references have no other columns.</summary>
    private string Logarithm(SourceWriter writer, Runs runs, string at, bool tail)
    {
        var printer = new TilePrinter(
            _target, writer,
            tile => tile.IsColumnVector ? tile.Name + "r" : Load(tile.IsRowVector ? tile.Name : tile.Name + "r", at),
            PositionText.Nowhere,
            function => throw new NotSupportedException($"{function.Name} is not inlined."),
            "");
        var value = printer.Print(runs.Values);
        return tail ? $"{_target.Simd}.ConditionalSelect(tail, {value}, {_target.Floats}.Zero)" : value;
    }

    private const string FactorFlush = "-64f";

    private string Load(string reference, string at) => $"{_target.Simd}.LoadUnsafe(ref _Unsafe.Add(ref {reference}, {at}))";

    private string Store(string value, string reference, string at) => $"{_target.Simd}.StoreUnsafe({value}, ref _Unsafe.Add(ref {reference}, {at}));";

    /// <summary>Walks the state's axis, with a mask `tail` for the vector that ends in padding.</summary>
    private void AxisLoop(SourceWriter writer, State state, Action<string, bool> body)
    {
        var size = state.Axis.Size / state.Axis.Segments;
        var (padded, lanes) = (_schedule.PaddedSegment(state.Axis), _target.Lanes);
        var (segments, length) = padded == size ? (1, state.Axis.Size) : (state.Axis.Segments, size);
        for (var segment = 0; segment < segments; segment++)
        {
            var skip = segment == 0 ? "" : $" + {segment * padded}";
            var whole = length / lanes * lanes;
            if (whole > 0)
            {
                using (writer.Block($"for (nint j = 0; j < {whole}; j += {lanes})"))
                {
                    body("j" + skip, false);
                }
            }

            if (whole < length)
            {
                using (writer.Block())
                {
                    writer.Line($"const int j = {whole};");
                    writer.Line($"var tail = {_target.Simd}.LessThan({_target.Floats}.Indices, {_target.Simd}.Create({length - whole}f));");
                    body("j" + skip, true);
                }
            }
        }
    }
}
