using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Emits what a kernel does with a state: start, merge, export, and raising its references.</summary>
internal sealed class StateEmitter
{
    private readonly CpuSchedule _schedule;
    private readonly KernelText _text;

    public StateEmitter(CpuSchedule schedule, KernelText text)
    {
        _schedule = schedule;
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
                        writer.Line(Merged(
                            sum, "r", "mine", $"_Unsafe.Add(ref {sum.Name}2, r) * theirs",
                            $"_Unsafe.Add(ref {SumGroups.Rest(sum)}2, r) * theirs"));
                        continue;
                    }

                    using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(sum.Columns)}; j += {VectorText.Lanes})"))
                    {
                        var at = $"(r * {_schedule.Stride(sum)}) + j";
                        writer.Line(Merged(
                            sum, at, $"{VectorText.Floats}.Create(mine)",
                            $"{Load(sum.Name + "2", at)} * {VectorText.Floats}.Create(theirs)",
                            $"{Load(SumGroups.Rest(sum) + "2", at)} * {VectorText.Floats}.Create(theirs)"));
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
        using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(state.Axis)}; j += {VectorText.Lanes})"))
        {
            if (state.Reference is { } c)
            {
                writer.Line($"var raised = {VectorText.Floats}.MaxNative({Load(c.Name, "j")}, {Load(c.Name + "2", "j")});");
                writer.Line($"var mine = {VectorText.Floats}.Exp2({Load(c.Name, "j")} - raised, {FactorFlush});");
                writer.Line($"var theirs = {VectorText.Floats}.Exp2({Load(c.Name + "2", "j")} - raised, {FactorFlush});");
            }
            else
            {
                writer.Line($"var mine = {VectorText.Floats}.Create(1f);");
                writer.Line($"var theirs = {VectorText.Floats}.Create(1f);");
            }

            foreach (var matrix in matrices)
            {
                using (writer.Block($"for (nint r = 0; r < {_schedule.Rows(matrix)}; r++)"))
                {
                    var at = $"(r * {_schedule.Stride(matrix)}) + j";
                    writer.Line(Merged(
                        matrix, at, "mine", $"{Load(matrix.Name + "2", at)} * theirs",
                        $"{Load(SumGroups.Rest(matrix) + "2", at)} * theirs"));
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

    /// <summary>Whether any candidate exceeds its reference by more than a threshold, as a call of the runtime.</summary>
    /// <param name="candidate">A reference to the candidates.</param>
    public string Exceed(State state, string candidate, double threshold)
    {
        var (segments, size) = Segments(state.Axis);
        return $"_References.Exceed<{VectorText.Floats}>({candidate}, ref {state.Reference}, {ExprPrinter.Literal(threshold)}, "
            + $"size: {size}, segments: {segments}, padded: {_schedule.PaddedSegment(state.Axis)})";
    }

    /// <summary>The method that raises the references along a fixed axis to the candidates where those are higher.</summary>
    public string Raise(State state, IReadOnlyList<Follower> followers) => _text.Add("Raise", name =>
    {
        var writer = new SourceWriter();
        var c = state.Reference!.Name;
        var parameters = string.Join(", ", followers.Select(follower => $"ref float {follower.Name}").Prepend($"ref float {c}"));
        writer.Line(
            $"// {c}' = max({c}, candidate); {string.Join(", ", followers.Select(follower => follower.Name))} follow by 2^({c} − {c}').");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(ref float candidate, ref float factor, {parameters}, _SumStage stage)"))
        {
            writer.Line($"_References.Raise<{VectorText.Floats}>(ref candidate, ref {c}, ref factor, {_schedule.Padded(state.Axis)});");
            using (writer.Block("if (stage == _SumStage.Empty)"))
            {
                writer.Line("return;");
            }

            Rescale(writer, state, followers.Where(follower => follower.IsSum));
            using (writer.Block("if (stage == _SumStage.Grouped)"))
            {
                Rescale(writer, state, followers.Where(follower => !follower.IsSum));
            }
        }

        return writer.ToString();
    });

    /// <summary>What belongs to each reference times its `factor`.</summary>
    private void Rescale(SourceWriter writer, State state, IEnumerable<Follower> followers)
    {
        foreach (var (name, like) in followers)
        {
            var (rows, columns) = (_schedule.Rows(like), _schedule.Padded(like.Columns));
            writer.Line(like.IsRowVector
                ? $"_References.Scale<{VectorText.Floats}>(ref {name}, ref factor, {_schedule.Padded(state.Axis)});"
                : $"_References.{(IsTransposed(like) ? "ScaleColumns" : "ScaleRows")}<{VectorText.Floats}>(ref {name}, {_schedule.Stride(like)}, ref factor, rows: {rows}, columns: {columns});");
        }
    }

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
            using (writer.Block($"for (nint j = 0; j < {_schedule.Padded(like.Columns)}; j += {VectorText.Lanes})"))
            {
                writer.Line(Store($"{Load("row" + sum, "j")} * {VectorText.Floats}.Create(f)", "row" + sum, "j"));
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
        var c = runs.State.Reference!.Name;
        writer.Line($"// The first row after `from` whose {ProgramText.Logarithms(runs)} is anywhere above {c} by more than the threshold, or `rows`;");
        writer.Line("// `top`, the logarithms of row `from`, rises to the column maxima of the rows before it.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block(
            $"private static int {name}({Operands(runs)}, ref float {c}, ref float top, int from, int rows, float threshold)"))
        {
            using (writer.Block("for (var r = from + 1; r < rows; r++)"))
            {
                RowOf(writer, runs, stride);
                AxisLoop(writer, runs.State, (at, tail) =>
                {
                    var rise = $"{Logarithm(writer, runs, at, tail: false)} - {Load(c, at)}";
                    writer.Line($"var rise = {(tail ? $"{VectorText.Floats}.Select(tail, {rise}, {VectorText.Floats}.Zero)" : rise)};");
                    using (writer.Block($"if ({VectorText.Floats}.AnyGreater(rise, {VectorText.Floats}.Create(threshold)))"))
                    {
                        writer.Line("return r;");
                    }
                });
                AxisLoop(writer, runs.State, (at, tail) => writer.Line(
                    Store($"{VectorText.Floats}.MaxNative({Load("top", at)}, {Logarithm(writer, runs, at, tail)})", "top", at)));
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
                ? $"var {tile.Name}r = {VectorText.Floats}.Create(_Unsafe.Add(ref {tile.Name}, r));"
                : $"ref var {tile.Name}r = ref _Unsafe.Add(ref {tile.Name}, r * {stride(tile)});");
        }
    }

    /// <summary>The logarithms of a vector of columns; 0 where the columns end, since references have no other columns.</summary>
    private string Logarithm(SourceWriter writer, Runs runs, string at, bool tail)
    {
        var printer = new TilePrinter(
            writer,
            tile => tile.IsColumnVector ? tile.Name + "r" : Load(tile.IsRowVector ? tile.Name : tile.Name + "r", at),
            PositionText.Nowhere,
            function => throw new NotSupportedException($"{function.Name} is not inlined."),
            "");
        var value = printer.Print(runs.Values);
        return tail ? $"{VectorText.Floats}.Select(tail, {value}, {VectorText.Floats}.Zero)" : value;
    }

    private const string FactorFlush = "-64f";

    private static string Load(string reference, string at) => VectorText.Load(reference, at);

    private static string Store(string value, string reference, string at) => VectorText.Store(value, reference, at);

    /// <summary>Segments of an axis that have padding behind them, and their size: one where there is no padding.</summary>
    private (int Segments, int Size) Segments(Dim axis)
    {
        var size = axis.Size / axis.Segments;
        return _schedule.PaddedSegment(axis) == size ? (1, axis.Size) : (axis.Segments, size);
    }

    /// <summary>Walks the state's axis, with a mask `tail` for the vectors that end in padding.</summary>
    private void AxisLoop(SourceWriter writer, State state, Action<string, bool> body)
    {
        var padded = _schedule.PaddedSegment(state.Axis);
        var (segments, length) = Segments(state.Axis);
        for (var segment = 0; segment < segments; segment++)
        {
            var skip = segment == 0 ? "" : $" + {segment * padded}";
            var whole = length / VectorText.MostLanes * VectorText.MostLanes;
            if (whole > 0)
            {
                using (writer.Block($"for (nint j = 0; j < {whole}; j += {VectorText.Lanes})"))
                {
                    body("j" + skip, false);
                }
            }

            if (whole < length)
            {
                using (writer.Block($"for (nint j = {whole}; j < {padded}; j += {VectorText.Lanes})"))
                {
                    writer.Line($"var tail = {VectorText.Floats}.First({length} - (int)j);");
                    body("j" + skip, true);
                }
            }
        }
    }
}
