using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Prints a tile program as ILGPU kernels: one for the states of spans of keys, one for their merge, one for the outputs. Which of them a
/// program needs follows from its shape, as on the CPU.
/// </summary>
internal sealed class IlgpuBackend
{
    private readonly TileProgram _program;
    private readonly bool _onTensorCores;
    private readonly DeviceFunctions _functions = new();
    private readonly List<string> _kernels = new();
    private readonly Fold? _fold;
    private readonly State? _state;

    /// <param name="program">The program.</param>
    /// <param name="onTensorCores">Whether products, but those with parameters, are printed for tensor cores too.</param>
    public IlgpuBackend(TileProgram program, bool onTensorCores)
    {
        // No GPU kernel takes the rests of log-sum-exps yet.
        _program = program with { Body = Dataflow.WithoutStores(program.Body, role => role == TensorRole.LogSumExpRest) };
        _onTensorCores = onTensorCores;
        _fold = _program.Body.OfType<Fold>().SingleOrDefault();
        _state = program.State;
        IsScan = _fold is not null && Dataflow.Flatten(_fold.Body).Any(statement => statement is Store);
        if (_fold is not null)
        {
            Accumulate(_fold);
            Merge();
        }

        Output();
    }

    /// <summary>The using directives that the emitted file relies on: aliases, so that what the user calls Grid or Accelerator does not disturb.</summary>
    public IEnumerable<string> Usings =>
    [
        "using _Accelerator = global::ILGPU.Runtime.Accelerator;",
        "using _AcceleratorType = global::ILGPU.Runtime.AcceleratorType;",
        "using _Context = global::ILGPU.Context;",
        .. _onTensorCores ? new[] { "using _CudaAsm = global::ILGPU.Runtime.Cuda.CudaAsm;" } : [],
        "using _Float4 = global::KernelGen.CompilerServices.Float4;",
        "using _FloatBuffer = global::ILGPU.Runtime.MemoryBuffer1D<float, global::ILGPU.Stride1D.Dense>;",
        "using _Floats = global::ILGPU.ArrayView<float>;",
        "using _GpuShape = global::KernelGen.CompilerServices.GpuShape;",
        "using _Grid = global::ILGPU.Grid;",
        "using _Group = global::ILGPU.Group;",
        "using _IntBuffer = global::ILGPU.Runtime.MemoryBuffer1D<int, global::ILGPU.Stride1D.Dense>;",
        "using _Intrinsic = global::ILGPU.IntrinsicMath.CPUOnly;",
        "using _Ints = global::ILGPU.ArrayView<int>;",
        "using _KernelConfig = global::ILGPU.KernelConfig;",
        "using _KernelLoaders = global::ILGPU.Runtime.KernelLoaders;",
        "using _SharedMemory = global::ILGPU.SharedMemory;",
        "using _Stream = global::ILGPU.Runtime.AcceleratorStream;",
        "using _Views = global::ILGPU.Runtime.ArrayViewExtensions;",
    ];

    /// <summary>Whether outputs are computed in the same fold as the state: causal, by a scan over spans.</summary>
    public bool IsScan { get; }

    public bool HasState => _state is not null;

    /// <summary>Tokens of a tile of each kernel.</summary>
    public int AccumulateTokens { get; private set; }

    public int OutputTokens { get; private set; }

    /// <summary>Floats of scratch memory of each group, and of shared memory, in bytes.</summary>
    public int ScratchFloats { get; private set; }

    public int SharedBytes { get; private set; }

    /// <summary>Floats of one head's state in memory.</summary>
    public int StateFloats => _state is null ? 0 : _state.Members.Sum(Floats);

    /// <summary>Floats of all packed parameters.</summary>
    public int ParameterFloats => _program.Parameters.Sum(ParameterFloatsOf);

    /// <summary>The kernels and the functions that they call, as members of a class.</summary>
    public IEnumerable<string> Members => _kernels.Concat(_functions.Methods);

    /// <summary>Writes the body of a method that packs the parameters.</summary>
    public void EmitPack(SourceWriter writer)
    {
        var offset = 0;
        foreach (var parameter in _program.Parameters)
        {
            ParameterEmitter.Pack(writer, parameter, offset, GroupMemory.Pad(parameter.Rows.Size), isTransposed: true, asTransform: false);
            offset += ParameterFloatsOf(parameter);
        }
    }

    private static int Floats(StateMember member) => member.IsRowVector || member.IsColumnVector
        ? GroupMemory.Pad(member.Rows.Size * member.Columns.Size)
        : GroupMemory.Pad(member.Rows.Size) * GroupMemory.Pad(member.Columns.Size);

    private static int ParameterFloatsOf(Parameter parameter) => parameter.Source == ParameterSource.SquaredNorms
        ? GroupMemory.Pad(parameter.Columns.Size)
        : parameter.Columns.Size * GroupMemory.Pad(parameter.Rows.Size);

    /// <summary>Where parameters and the state's members lie, which no kernel chooses.</summary>
    private Dictionary<Tile, Place> Outside()
    {
        var places = new Dictionary<Tile, Place>();
        var offset = 0;
        foreach (var parameter in _program.Parameters)
        {
            var isRow = parameter.Source == ParameterSource.SquaredNorms;
            places[parameter] = new Place(
                "parameters", offset, GroupMemory.Pad(isRow ? parameter.Columns.Size : parameter.Rows.Size), ParameterFloatsOf(parameter));
            offset += ParameterFloatsOf(parameter);
        }

        offset = 0;
        foreach (var member in _state?.Members ?? Enumerable.Empty<StateMember>())
        {
            places[member] = new Place("state", offset, GroupMemory.Pad(member.Columns.Size), Floats(member));
            offset += Floats(member);
        }

        return places;
    }

    /// <summary>The same block with each load just before what reads it first, so that tiles that are dead by then leave it their memory.</summary>
    private static IReadOnlyList<Statement> LoadLate(IReadOnlyList<Statement> block)
    {
        var late = new List<Statement>();
        var waiting = new List<Load>();
        foreach (var statement in block)
        {
            if (statement is Load load)
            {
                waiting.Add(load);
                continue;
            }

            var reads = new HashSet<Tile>(Dataflow.Flatten([statement]).SelectMany(Dataflow.Reads));
            late.AddRange(waiting.Where(waiter => reads.Contains(waiter.Target)));
            waiting.RemoveAll(waiter => reads.Contains(waiter.Target));
            late.Add(statement switch
            {
                Fold fold => fold with { Body = LoadLate(fold.Body) },
                Tiles.Parallel parallel => parallel with { Body = LoadLate(parallel.Body) },
                Runs runs => runs with { Body = LoadLate(runs.Body) },
                _ => statement,
            });
        }

        return late;
    }

    private void Accumulate(Fold fold)
    {
        var block = LoadLate([fold with { Body = Dataflow.SliceToState(fold.Body, fold.State) }]);
        var memory = GroupMemory.Plan(block, null, Outside());
        AccumulateTokens = memory.Tokens;
        var matrix = fold.State.Members.LastOrDefault(member => !member.IsRowVector && !member.IsColumnVector);
        var registers = matrix is not null && GroupEmitter.RegistersFor(matrix) is not null ? matrix : null;
        var writer = new SourceWriter();
        writer.Line("/// <summary>The state of one span of keys: a group a span of a head.</summary>");
        using (writer.Block(
            "internal static void Accumulate(_Floats key, _Floats value, _Ints keyLengths, _Floats parameters, _Floats states, _Floats memory, _GpuShape shape)"))
        {
            Prologue(writer, memory, [TensorRole.Key, TensorRole.Value], "states", "_Grid.IdxX");
            writer.Line("var to = global::ILGPU.IntrinsicMath.Min(from + shape.SpanTokens, keyCount);");
            var emitter = Emitter(memory, writer, registers);
            foreach (var member in fold.State.Members)
            {
                emitter.Initialise(member);
            }

            emitter.DeclareRegisters();
            emitter.Loop(fold.Loop, "from", "to", ((Fold)block[0]).Body);
            emitter.StoreRegisters();
        }

        Keep(memory, writer);
    }

    private void Output()
    {
        var block = LoadLate(_program.Body.Where(statement => statement != _fold || IsScan).ToList());
        var memory = GroupMemory.Plan(block, null, Outside());
        OutputTokens = memory.Tokens;
        var loop = block[0] is Fold fold ? fold.Loop : ((Tiles.Parallel)block[0]).Loop;
        var writer = new SourceWriter();
        writer.Line("/// <summary>The outputs of one span of queries: a group a span of a head.</summary>");
        using (writer.Block(
            "internal static void Output(_Floats query, _Floats key, _Floats value, _Floats output, _Floats logSumExp, _Ints keyLengths, _Floats parameters, _Floats states, _Floats memory, _GpuShape shape)"))
        {
            Prologue(writer, memory, [TensorRole.Query, TensorRole.Key, TensorRole.Value, TensorRole.Output], "states", IsScan ? "_Grid.IdxX" : "head");
            writer.Line("var to = global::ILGPU.IntrinsicMath.Min(from + shape.SpanTokens, shape.QueryLength);");
            Emitter(memory, writer, null).Loop(loop, "from", "to", block[0].Body());
        }

        Keep(memory, writer);
    }

    private GroupEmitter Emitter(GroupMemory memory, SourceWriter writer, StateMember? inRegisters)
    {
        var tensor = _onTensorCores ? new TensorEmitter(writer, _functions) : null;
        tensor?.Prologue();
        return new GroupEmitter(memory, _functions, writer, inRegisters, tensor, tile => Dataflow.IsExponent(_program.Body, tile));
    }

    private void Keep(GroupMemory memory, SourceWriter writer)
    {
        ScratchFloats = Math.Max(ScratchFloats, memory.Scratch);
        SharedBytes = Math.Max(SharedBytes, memory.Shared * sizeof(float));
        _kernels.Add(writer.ToString().TrimEnd('\n'));
    }

    private void Prologue(SourceWriter writer, GroupMemory memory, TensorRole[] roles, string states, string stateIndex)
    {
        writer.Line("var thread = _Group.IdxX;");
        writer.Line("var head = _Grid.IdxX / shape.Spans;");
        writer.Line("var from = shape.FirstToken + (_Grid.IdxX % shape.Spans * shape.SpanTokens);");
        writer.Line("var keyCount = shape.KeyLength;");
        using (writer.Block("if (shape.HasKeyLengths != 0)"))
        {
            writer.Line("keyCount = global::ILGPU.IntrinsicMath.Clamp(keyLengths[head / shape.Heads], 0, shape.KeyLength);");
        }

        foreach (var role in roles)
        {
            var dim = _program[role].Columns.Size;
            var (name, length) = (role.ToString().ToLowerInvariant(), role is TensorRole.Query or TensorRole.Output ? "QueryLength" : "KeyLength");
            writer.Line($"var {name}Base = shape.Base(head, shape.{length}, {Text(dim)});");
            writer.Line($"var {name}Stride = shape.Stride({Text(dim)});");
        }

        writer.Line($"var shared4 = _SharedMemory.Allocate<_Float4>({Text(memory.Shared / 4)});");
        writer.Line("var shared = shared4.Cast<float>();");
        if (_program.Parameters.Count > 0)
        {
            writer.Line("var parameters4 = parameters.Cast<_Float4>();");
        }

        if (_state is not null)
        {
            writer.Line($"var state = {states}.SubView((long){stateIndex} * {Text(StateFloats)}, {Text(StateFloats)});");
            writer.Line("var state4 = state.Cast<_Float4>();");
        }

        if (memory.Scratch > 0)
        {
            writer.Line($"var scratch = memory.SubView((long)_Grid.IdxX * {Text(memory.Scratch)}, {Text(memory.Scratch)});");
            writer.Line("var scratch4 = scratch.Cast<_Float4>();");
        }
    }

    /// <summary>
    /// The states of the spans of a head, joined: their sum, or, for a scan, for each span the sum of those before it. Every number of a state is a
    /// thread's own, since a row of the state depends on its reference alone.
    /// </summary>
    private void Merge()
    {
        var places = Outside();
        var reference = _state!.Reference;
        var sums = _state.Members.Where(member => member != reference).ToList();
        var matrix = sums.Single(member => !member.IsRowVector && !member.IsColumnVector);
        var vectors = sums.Where(member => member != matrix).ToList();
        var columns = GroupMemory.Pad(matrix.Columns.Size) + vectors.Count;
        var rows = _state.Axis.Size;
        var writer = new SourceWriter();
        writer.Line(IsScan
            ? "/// <summary>For each span of a head the state of all spans before it: a thread a number of the state.</summary>"
            : "/// <summary>The state of a head from those of its spans: a thread a number of the state.</summary>");
        using (writer.Block("internal static void Merge(_Floats states, _Floats merged, _GpuShape shape)"))
        {
            var numbers = rows * columns;
            writer.Line($"var index = ((long)_Grid.IdxX * {Text(GroupMemory.Threads)}) + _Group.IdxX;");
            writer.Line($"var head = (int)(index / {Text(numbers)});");
            writer.Line($"var number = (int)(index % {Text(numbers)});");
            writer.Line($"if (head >= shape.KeyLength)");
            using (writer.Block())
            {
                writer.Line("return; // The launch rounds up; it hands the number of heads in the place of the length.");
            }

            writer.Line($"var r = number / {Text(columns)};");
            writer.Line($"var v = number % {Text(columns)};");
            writer.Line($"// The place of the number in a state: {matrix}[r, v], or the vectors after its last column.");
            var place = places[matrix];
            var at = $"{Text(place.Offset)} + (r * {Text(place.Stride)}) + v";
            for (var i = vectors.Count - 1; i >= 0; i--)
            {
                at = $"v == {Text(columns - vectors.Count + i)} ? {Text(places[vectors[i]].Offset)} + r : {at}";
            }

            writer.Line($"var at = {at};");
            writer.Line("var x = 0f;");
            if (reference is not null)
            {
                writer.Line($"var c = {ExprPrinter.Literal(State.UnsetReference)};");
            }

            var isFirst = $"v == {Text(columns - 1)}";
            using (writer.Block("for (var span = 0; span < shape.Spans; span++)"))
            {
                writer.Line($"var other = (((long)head * shape.Spans) + span) * {Text(StateFloats)};");
                if (IsScan)
                {
                    writer.Line("merged[other + at] = x;");
                    if (reference is not null)
                    {
                        using (writer.Block($"if ({isFirst})"))
                        {
                            writer.Line($"merged[other + {Text(places[reference].Offset)} + r] = c;");
                        }
                    }
                }

                if (reference is null)
                {
                    writer.Line("x += states[other + at];");
                }
                else
                {
                    writer.Line($"var c2 = states[other + {Text(places[reference].Offset)} + r];");
                    writer.Line($"var raised = {_functions.Use("Max", 0)}(c, c2);");
                    var exp = _functions.Use("Exp2", 2);
                    writer.Line($"x = (x * {exp}(c - raised, -64f)) + (states[other + at] * {exp}(c2 - raised, -64f));");
                    writer.Line("c = raised;");
                }
            }

            if (!IsScan)
            {
                writer.Line($"var target = (long)head * {Text(StateFloats)};");
                writer.Line("merged[target + at] = x;");
                if (reference is not null)
                {
                    using (writer.Block($"if ({isFirst})"))
                    {
                        writer.Line($"merged[target + {Text(places[reference].Offset)} + r] = c;");
                    }
                }
            }
        }

        MergeNumbers = rows * columns;
        _kernels.Add(writer.ToString().TrimEnd('\n'));
    }

    /// <summary>Numbers of a state that <see cref="Merge"/> has a thread for.</summary>
    public int MergeNumbers { get; private set; }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
