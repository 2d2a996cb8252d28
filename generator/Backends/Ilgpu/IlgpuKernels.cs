using System.Globalization;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Rewrites;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Prints a tile program as ILGPU kernels: one for the states of spans of tokens, one for their merge, one for the outputs. Which of them a
/// program needs follows from its shape, as on the CPU.
/// </summary>
internal sealed class IlgpuKernels
{
    /// <summary>What a forward call keeps for a backward call: one view, in which its parts have places each.</summary>
    public const string Kept = "kept";

    /// <summary>The part of it that is the state of each head.</summary>
    public const string KeptState = "keptState";

    /// <summary>Scratch memory of the groups, and behind it the running sums of the call.</summary>
    public const string Memory = "memory";

    private readonly TileProgram _program;
    private readonly bool _onTensorCores;
    private readonly DeviceFunctions _functions = new();
    private readonly List<GpuKernel> _kernels = new();
    private readonly State? _state;

    /// <param name="program">The program.</param>
    /// <param name="onTensorCores">Whether products, but those with projections, are printed for tensor cores too.</param>
    public IlgpuKernels(TileProgram program, bool onTensorCores)
    {
        _program = program;
        _onTensorCores = onTensorCores;
        _state = program.State;
        if (program.Fold is { } fold)
        {
            Accumulate(fold);
            Merge();
        }

        Output();
    }

    /// <summary>
    /// The using directives that the emitted file relies on: aliases, so that what the user calls Grid or Accelerator does not disturb.
    /// </summary>
    public static IEnumerable<string> Usings(bool onTensorCores) =>
    [
        "using _Accelerator = global::ILGPU.Runtime.Accelerator;",
        "using _AcceleratorType = global::ILGPU.Runtime.AcceleratorType;",
        "using _Context = global::ILGPU.Context;",
        .. onTensorCores ? new[] { "using _CudaAsm = global::ILGPU.Runtime.Cuda.CudaAsm;" } : [],
        "using _Device = global::ILGPU.Runtime.Device;",
        "using _Float4 = global::KernelGen.CompilerServices.Float4;",
        "using _Positions = global::KernelGen.CompilerServices.Positions;",
        "using _FloatBuffer = global::ILGPU.Runtime.MemoryBuffer1D<float, global::ILGPU.Stride1D.Dense>;",
        "using _Floats = global::ILGPU.ArrayView<float>;",
        "using _GpuPart = global::KernelGen.CompilerServices.GpuPart;",
        "using _GpuPlace = global::KernelGen.CompilerServices.GpuPlace;",
        "using _GpuShape = global::KernelGen.CompilerServices.GpuShape;",
        "using _Grid = global::ILGPU.Grid;",
        "using _Group = global::ILGPU.Group;",
        "using _IntBuffer = global::ILGPU.Runtime.MemoryBuffer1D<int, global::ILGPU.Stride1D.Dense>;",
        "using _Intrinsic = global::ILGPU.IntrinsicMath.CPUOnly;",
        "using _Ints = global::ILGPU.ArrayView<int>;",
        "using _KernelConfig = global::ILGPU.KernelConfig;",
        "using _KernelLoaders = global::ILGPU.Runtime.KernelLoaders;",
        "using _OpenClDevice = global::ILGPU.Runtime.OpenCL.CLDevice;",
        "using _OpenClDeviceType = global::ILGPU.Runtime.OpenCL.CLDeviceType;",
        "using _Operand = global::KernelGen.CompilerServices.Operand;",
        "using _OperandAccess = global::KernelGen.CompilerServices.OperandAccess;",
        "using _OperandRows = global::KernelGen.CompilerServices.OperandRows;",
        "using _OperandSharing = global::KernelGen.CompilerServices.OperandSharing;",
        "using _SharedMemory = global::ILGPU.SharedMemory;",
        "using _Stream = global::ILGPU.Runtime.AcceleratorStream;",
        "using _Strides = global::KernelGen.TensorStrides;",
        "using _Views = global::ILGPU.Runtime.ArrayViewExtensions;",
    ];

    /// <summary>Tokens of a tile of each kernel.</summary>
    public int AccumulateTokens { get; private set; }

    public int OutputTokens { get; private set; }

    /// <summary>Floats of scratch memory of each group; bytes of its shared memory; floats of one head's state in memory.</summary>
    public int ScratchFloats { get; private set; }

    public int SharedBytes { get; private set; }

    public int StateFloats => Floats(_state);

    /// <summary>Floats of all packed parameters.</summary>
    public int ParameterFloats => _program.Parameters.Sum(ParameterFloatsOf);

    public bool HasState => _state is not null;

    public bool HasRunningSums => _program.Operands.Any(operand => operand.Source == OperandSource.RunningSum);

    /// <summary>Whether a sum of the state is rounded with every tile, and so drifts with the tiles of a span.</summary>
    public bool HasPlainSums { get; private set; }

    /// <summary>Whether outputs are computed in the same fold as the state: causal, by a scan over spans.</summary>
    public bool IsScan => _program.IsScan;

    /// <summary>The kernels, in the order in which they run.</summary>
    public IReadOnlyList<GpuKernel> Kernels => _kernels;

    /// <summary>
    /// Who shares any of what they write: heads that do cannot run side by side, but for tables, of which each group has sums.
    /// </summary>
    public OperandSharing WrittenBy => _program.Operands.Where(operand => operand.Access != OperandAccess.Read && !operand.IsTable)
        .Aggregate(OperandSharing.None, (sharing, operand) => sharing | operand.SharedBy);

    /// <summary>The functions that they call, as members of a class.</summary>
    public IEnumerable<string> Functions => _functions.Methods;

    /// <summary>What the fold runs over, and the outputs: lengths of queries or keys.</summary>
    public TokenIndex AccumulateLength => _program.Fold!.Loop.To;

    public TokenIndex OutputLength => OutputLoop.To;

    private TokenLoop OutputLoop => _program.Outputs.Single() is Fold fold ? fold.Loop : ((Tiles.Parallel)_program.Outputs.Single()).Loop;

    /// <summary>Writes the body of a method that packs the parameters.</summary>
    public void EmitPack(SourceWriter writer)
    {
        var offset = 0;
        foreach (var parameter in _program.Parameters)
        {
            var isTransposed = IsTransposed(parameter);
            var stride = GroupMemory.Pad(isTransposed ? parameter.Rows.Size : parameter.Columns.Size);
            writer.Line(ParameterText.Pack(parameter, offset, stride, isTransposed, asTransform: false));
            offset += ParameterFloatsOf(parameter);
        }
    }

    /// <summary>Floats of one head's state in memory; 0 where there is none.</summary>
    public static int Floats(State? state) => state is null ? 0 : state.Members.Sum(Floats);

    private static int Floats(StateMember member) => member.IsRowVector || member.IsColumnVector
        ? GroupMemory.Pad(member.Rows.Size * member.Columns.Size)
        : GroupMemory.Pad(member.Rows.Size) * GroupMemory.Pad(member.Columns.Size);

    /// <summary>Whether projections are packed transposed, so that in a product x·Wᵀ the features of a token lie side by side.</summary>
    private bool IsTransposed(Parameter parameter) =>
        Dataflow.Flatten(_program.Body).OfType<MatMul>().Any(product => product.B == parameter && product.TransposeB);

    private int ParameterFloatsOf(Parameter parameter) =>
        parameter is Rotation rotation ? rotation.Floats
        : parameter.Form == ParameterForm.Vector ? GroupMemory.Pad(parameter.Columns.Size)
        : IsTransposed(parameter) ? parameter.Columns.Size * GroupMemory.Pad(parameter.Rows.Size)
        : parameter.Rows.Size * GroupMemory.Pad(parameter.Columns.Size);

    /// <summary>Where parameters and the members of states lie, which no kernel chooses.</summary>
    private Dictionary<Tile, Place> Outside()
    {
        var places = new Dictionary<Tile, Place>();
        var offset = 0;
        foreach (var parameter in _program.Parameters)
        {
            var stride = parameter.Form == ParameterForm.Vector || !IsTransposed(parameter) ? parameter.Columns.Size : parameter.Rows.Size;
            places[parameter] = new Place("parameters", offset, GroupMemory.Pad(stride), ParameterFloatsOf(parameter));
            offset += ParameterFloatsOf(parameter);
        }

        foreach (var (view, state) in new[] { ("state", _state), (KeptState, _program.Kept) })
        {
            offset = 0;
            foreach (var member in state?.Members ?? Enumerable.Empty<StateMember>())
            {
                places[member] = new Place(view, offset, GroupMemory.Pad(member.Columns.Size), Floats(member));
                offset += Floats(member);
            }
        }

        return places;
    }

    /// <summary>
    /// Tiles with as many tokens as fit: what runs can make again is made again only if more fit for it, or less goes to scratch memory.
    /// </summary>
    private (IReadOnlyList<Statement> Block, GroupMemory Memory) Plan(TileProgram program)
    {
        var (late, outside) = (LoadLate.Of(program), Outside());
        var memory = GroupMemory.Plan(late.Body, outside);
        var remade = MakeAgain.Of(late);
        var other = GroupMemory.Plan(remade.Body, outside);
        return memory.Scratch > other.Scratch || (memory.Scratch == other.Scratch && other.Tokens > memory.Tokens)
            ? (remade.Body, other)
            : (late.Body, memory);
    }

    private void Accumulate(Fold fold)
    {
        var (block, memory) = Plan(SliceToState.Of(_program));
        AccumulateTokens = memory.Tokens;
        var matrix = fold.State.Members.LastOrDefault(member => !member.IsRowVector && !member.IsColumnVector);
        var registers = matrix is not null && GroupEmitter.RegistersFor(matrix) is not null ? matrix : null;
        Kernel("Accumulate", "The state of one span of tokens: a group a span of a head.", block, memory, _state, "_Grid.IdxX", writer =>
        {
            var onlyKeys = Dataflow.Flatten(block).OfType<Load>().All(load => load.Source.IsOfKeys);

            // What is past the keys adds nothing.
            var end = GroupEmitter.Print(fold.Loop.To);
            end = onlyKeys && end != "keyCount" ? $"global::ILGPU.IntrinsicMath.Min(keyCount, {end})" : end;
            writer.Line($"var to = global::ILGPU.IntrinsicMath.Min(from + shape.SpanTokens, {end});");
            var emitter = Emitter(memory, writer, registers);
            emitter.Sum(fold.Loop, fold.State, block[0].Body());
            HasPlainSums |= emitter.HasPlainSums;
        });
    }

    private void Output()
    {
        var (block, memory) = Plan(_program.WithOutputsAlone());
        OutputTokens = memory.Tokens;
        Kernel(
            "Output", "The outputs of one span of tokens: a group a span of a head.", block, memory, _state,
            IsScan ? "_Grid.IdxX" : "unit", writer =>
            {
                writer.Line($"var to = global::ILGPU.IntrinsicMath.Min(from + shape.SpanTokens, {GroupEmitter.Print(OutputLoop.To)});");
                var emitter = Emitter(memory, writer, null);
                if (IsScan)
                {
                    emitter.DeclareRests(_state!, block[0].Body());
                }

                emitter.ClearTables();
                emitter.Loop(OutputLoop, new("from", "to"), block[0].Body());
                HasPlainSums |= IsScan && emitter.HasPlainSums;
            });
        if (memory.Tables.Count > 0)
        {
            _kernels.Add(new TableSumEmitter(new SourceWriter(), _functions).Kernel(memory.Tables, memory.Scratch));
            TableNumbers = memory.Tables.Max(table => table.Table.Columns.Size);
        }
    }

    /// <summary>Numbers of a table that the kernel which adds up has a thread for.</summary>
    public int TableNumbers { get; private set; }

    /// <param name="state">The state that the kernel has a view of, or null.</param>
    /// <param name="stateIndex">Which of the states is the group's.</param>
    private void Kernel(
        string name, string summary, IReadOnlyList<Statement> block, GroupMemory memory, State? state, string stateIndex,
        Action<SourceWriter> body)
    {
        var statements = Dataflow.Flatten(block).ToList();
        var moved = new HashSet<Operand>(statements.SelectMany(Dataflow.Moved));
        var tensors = _program.Operands.Where(operand => moved.Contains(operand) && !operand.IsTable).ToList();
        var tables = _program.Operands.Where(operand =>
            operand is { IsTable: true, Access: OperandAccess.Read } && moved.Contains(operand));
        var readsKept = statements.SelectMany(Dataflow.Reads).OfType<StateMember>().Any(member => member.State == _program.Kept);
        var readsParameters = statements.SelectMany(Dataflow.Reads).Any(tile => tile is Parameter);
        var views = tensors.Concat(tables).Where(tensor => tensor.Source == OperandSource.Caller)
            .Select(tensor => (CallTensors.ViewType(tensor), tensor.Name)).ToList();
        AddIf(readsKept || tensors.Any(tensor => tensor.Source == OperandSource.Kept), Kept);
        views.Add(("_Ints", "keyLengths"));
        views.Add(("_Ints", "queryLengths"));
        AddIf(readsParameters, "parameters");
        AddIf(state is not null, "states");
        AddIf(memory.Scratch > 0 || tensors.Any(tensor => tensor.Source == OperandSource.RunningSum), Memory);
        views.Add(("_GpuShape", "shape"));

        var writer = new SourceWriter();
        writer.Line($"/// <summary>{summary}</summary>");
        using (writer.Block($"internal static void {name}({string.Join(", ", views.Select(view => $"{view.Item1} {view.Item2}"))})"))
        {
            Prologue(writer, memory, tensors);
            if (readsParameters)
            {
                writer.Line("var parameters4 = parameters.Cast<_Float4>();");
            }

            if (readsKept)
            {
                PartOf(writer, KeptState, Kept, $"shape.Place{Text(tensors.Count)}.Base(sequence, head) / 4", Floats(_program.Kept!));
            }

            if (state is not null)
            {
                PartOf(writer, "state", "states", Part(stateIndex, StateFloats), StateFloats);
            }

            body(writer);
        }

        ScratchFloats = Math.Max(ScratchFloats, memory.Scratch);
        SharedBytes = Math.Max(SharedBytes, memory.Shared * sizeof(float));
        IReadOnlyList<string> places = [.. tensors.Select(tensor => tensor.Name), .. readsKept ? new[] { KeptState } : []];
        _kernels.Add(new GpuKernel(name, views, places, writer.ToString().TrimEnd('\n')));

        void AddIf(bool condition, string view)
        {
            if (condition)
            {
                views.Add(("_Floats", view));
            }
        }
    }

    private GroupEmitter Emitter(GroupMemory memory, SourceWriter writer, StateMember? inRegisters)
    {
        var tensor = _onTensorCores ? new TensorEmitter(writer, _functions) : null;
        tensor?.Prologue();
        return new GroupEmitter(
            memory, _functions, writer, inRegisters, tensor, tile => Dataflow.IsExponent(_program.Body, tile), SightText.Between(_program));
    }

    /// <summary>The variable that says whether an operand that may be missing is written.</summary>
    public static string Wants(Operand operand) => $"wants{LauncherEmitter.Property(operand.Name)}";

    private void Prologue(SourceWriter writer, GroupMemory memory, IReadOnlyList<Operand> tensors)
    {
        writer.Line("var thread = _Group.IdxX;");
        writer.Line("var unit = _Grid.IdxX / shape.Spans;");
        writer.Line("var sequence = unit / shape.Heads;");
        writer.Line("var head = unit % shape.Heads;");
        writer.Line("var from = shape.From + (_Grid.IdxX % shape.Spans * shape.SpanTokens);");
        foreach (var (axis, name) in new[] { ("Key", "key"), ("Query", "query") })
        {
            writer.Line($"var {name}Count = shape.{axis}Length;");
            using (writer.Block($"if (shape.Has{axis}Lengths != 0)"))
            {
                writer.Line(
                    $"{name}Count = global::ILGPU.IntrinsicMath.Clamp({name}Lengths[shape.FirstSequence + sequence], 0, shape.{axis}Length);");
            }
        }

        if (_program.RotatesTokens || SightText.Between(_program).Count > 0)
        {
            writer.Line("var firstPosition = shape.FirstPosition(queryCount, keyCount);");
            writer.Line("var queryHead = shape.QueryHead(head);");
        }

        for (var place = 0; place < tensors.Count; place++)
        {
            var (tensor, at) = (tensors[place], $"shape.Place{Text(place)}");
            writer.Line($"var {tensor.Name}Base = {at}.Base(sequence, head);");
            if (tensor.Source == OperandSource.Caller)
            {
                writer.Line($"var {tensor.Name}Stride = {at}.RowStride;");
            }

            if (tensor.IsOptional && tensor.Access != OperandAccess.Read)
            {
                writer.Line($"var {Wants(tensor)} = {at}.IsWanted;");
            }
        }

        writer.Line($"var shared4 = _SharedMemory.Allocate<_Float4>({Text(memory.Shared / 4)});");
        writer.Line("var shared = shared4.Cast<float>();");
        if (memory.Scratch > 0)
        {
            PartOf(writer, "scratch", Memory, Part("_Grid.IdxX", memory.Scratch), memory.Scratch);
        }
    }

    /// <summary>Where one of many equal parts of a buffer begins, in fours of floats.</summary>
    private static string Part(string index, int floats) => $"(long){index} * {Text(floats / 4)}";

    /// <summary>
    /// Names a part of a buffer, from a place in fours of floats on. The buffer is cast as a whole first: of a part that is cast, ILGPU
    /// knows the alignment only where its size is a power of two, and elsewhere loads and stores four floats one by one.
    /// </summary>
    private static void PartOf(SourceWriter writer, string name, string buffer, string start, int floats)
    {
        writer.Line($"var {name}4 = {buffer}.Cast<_Float4>().SubView({start}, {Text(floats / 4)});");
        writer.Line($"var {name} = {name}4.Cast<float>();");
    }

    /// <summary>
    /// The states of the spans of a head, joined: their sum, or, for a scan, for each span the sum of those before it. Every number of a
    /// state is a thread's own, since a row of the state depends on its reference alone. It starts from what earlier rounds have left, and
    /// leaves its sum to the next.
    /// </summary>
    private void Merge()
    {
        var places = Outside();
        var reference = _state!.Reference;
        var sums = _state.Members.Where(member => member != reference).ToList();
        var matrices = sums.Where(member => !member.IsRowVector && !member.IsColumnVector).ToList();
        var vectors = sums.Except(matrices).ToList();

        // The numbers that follow one reference: those of a row of each matrix, or of a column where they are transposed, and one of each
        // vector.
        var isTransposed = matrices[0].Rows != _state.Axis;
        var widths = matrices.Select(matrix => GroupMemory.Pad(isTransposed ? matrix.Rows.Size : matrix.Columns.Size)).ToList();
        var columns = widths.Sum() + vectors.Count;
        var rows = _state.Axis.Size;
        var writer = new SourceWriter();
        writer.Line(IsScan
            ? "/// <summary>For each span of a head the state of all spans before it: a thread a number of the state.</summary>"
            : "/// <summary>The state of a head from those of its spans: a thread a number of the state.</summary>");
        var views = (IsScan ? new[] { "states", "merged", "before", "after" } : new[] { "states", "before", "after" })
            .Select(view => ("_Floats", view))
            .Concat(new[] { "heads", "spans", "isFirst", "isLast" }.Take(IsScan ? 4 : 3).Select(number => ("int", number))).ToList();
        using (writer.Block($"internal static void Merge({string.Join(", ", views.Select(view => $"{view.Item1} {view.Item2}"))})"))
        {
            var numbers = rows * columns;
            writer.Line($"var index = ((long)_Grid.IdxX * {Text(GroupMemory.Threads)}) + _Group.IdxX;");
            writer.Line($"var head = (int)(index / {Text(numbers)});");
            writer.Line($"var number = (int)(index % {Text(numbers)});");
            using (writer.Block("if (head >= heads)"))
            {
                writer.Line("return; // The launch rounds up.");
            }

            // Threads side by side have numbers side by side.
            writer.Line(isTransposed ? $"var r = number % {Text(rows)};" : $"var r = number / {Text(columns)};");
            writer.Line(isTransposed ? $"var v = number / {Text(rows)};" : $"var v = number % {Text(columns)};");
            var behind = (matrices.Count == 1 ? "" : "the matrices and ") + "the vectors after its last " + (isTransposed ? "row" : "column");
            writer.Line($"// The place of the number in a state: {matrices[0]}[{(isTransposed ? "v, r" : "r, v")}], or {behind}.");
            var at = Place(matrices[0], "v");
            for (var i = 1; i < matrices.Count; i++)
            {
                var start = Text(widths.Take(i).Sum());
                at = $"v >= {start} ? {Place(matrices[i], $"(v - {start})")} : {at}";
            }

            for (var i = vectors.Count - 1; i >= 0; i--)
            {
                at = $"v == {Text(columns - vectors.Count + i)} ? {Text(places[vectors[i]].Offset)} + r : {at}";
            }

            writer.Line($"var at = {at};");
            writer.Line($"var own = (long)head * {Text(StateFloats)};");
            writer.Line("// A sum, and what rounding took away from it.");
            writer.Line("var (x, rest) = (isFirst != 0 ? 0f : before[own + at], 0f);");
            if (reference is not null)
            {
                writer.Line($"var c = isFirst != 0 ? {ExprPrinter.Literal(State.UnsetReference)} : before[own + {Text(places[reference].Offset)} + r];");
            }

            var holdsReference = $"v == {Text(columns - 1)}";
            using (writer.Block("for (var span = 0; span < spans; span++)"))
            {
                writer.Line($"var other = (((long)head * spans) + span) * {Text(StateFloats)};");
                if (IsScan)
                {
                    writer.Line("merged[other + at] = x + rest;");
                    if (reference is not null)
                    {
                        using (writer.Block($"if ({holdsReference})"))
                        {
                            writer.Line($"merged[other + {Text(places[reference].Offset)} + r] = c;");
                        }
                    }
                }

                if (reference is null)
                {
                    writer.Line("var added = states[other + at];");
                }
                else
                {
                    writer.Line($"var c2 = states[other + {Text(places[reference].Offset)} + r];");
                    writer.Line($"var raised = {_functions.Use("Max", 0)}(c, c2);");
                    var exp = _functions.Use("Exp2", 2);
                    writer.Line($"var factor = {exp}(c - raised, -64f);");
                    writer.Line("(x, rest) = (x * factor, rest * factor);");
                    writer.Line($"var added = states[other + at] * {exp}(c2 - raised, -64f);");
                    writer.Line("c = raised;");
                }

                writer.Line($"rest += {_functions.Use("RestOfSum", 3)}(x, added, x + added);");
                writer.Line("x += added;");
            }

            using (writer.Block(IsScan ? "if (isLast == 0)" : null))
            {
                writer.Line("after[own + at] = x + rest;");
                if (reference is not null)
                {
                    using (writer.Block($"if ({holdsReference})"))
                    {
                        writer.Line($"after[own + {Text(places[reference].Offset)} + r] = c;");
                    }
                }
            }
        }

        MergeNumbers = rows * columns;
        _kernels.Add(new GpuKernel("Merge", views, [], writer.ToString().TrimEnd('\n')));

        string Place(StateMember matrix, string v)
        {
            var place = places[matrix];
            return isTransposed
                ? $"{Text(place.Offset)} + ({v} * {Text(place.Stride)}) + r"
                : $"{Text(place.Offset)} + (r * {Text(place.Stride)}) + {v}";
        }
    }

    /// <summary>Numbers of a state that <see cref="Merge"/> has a thread for.</summary>
    public int MergeNumbers { get; private set; }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
