using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Emits a class with the kernels of one program and the code that launches them, one after the other.</summary>
/// <remarks>
/// It relies on `Call`, which has properties for each tensor and its place, and is a member of the class that declares that.
/// </remarks>
internal static class LauncherEmitter
{
    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";

    /// <summary>The tiles of a span whose sums are rounded with each: as many roundings one way are at most 2e-6 of the sum.</summary>
    private const int MostTiles = 32;

    /// <param name="writer">Takes the class.</param>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it is for.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="keepsState">
    /// Whether the state of each head is wanted by others: it is merged into the call's kept states where there is memory for it.
    /// </param>
    public static void Emit(SourceWriter writer, string name, string summary, IlgpuKernels kernels, bool keepsState)
    {
        writer.Line($"/// <summary>{summary} Schedule: {Describe(kernels)}</summary>");
        using (writer.Block($"internal sealed class {name} : global::System.IDisposable"))
        {
            Members(writer, name, kernels, keepsState);
            foreach (var member in kernels.Kernels.Select(kernel => kernel.Text).Concat(kernels.Functions))
            {
                writer.Line();
                writer.Line(member);
            }
        }
    }

    private static string Describe(IlgpuKernels kernels) =>
        $"groups of {GroupMemory.Threads} threads; {(kernels.HasState ? $"tiles of {kernels.AccumulateTokens} tokens for states and " : "tiles of ")}{kernels.OutputTokens} for outputs; {kernels.SharedBytes} bytes of shared memory.";

    private static void Members(SourceWriter writer, string name, IlgpuKernels kernels, bool keepsState)
    {
        var hasParameters = kernels.ParameterFloats > 0;
        if (kernels.WrittenBy != OperandSharing.None)
        {
            writer.Line("/// <summary>The heads that write the same memory: they are launched one after the other.</summary>");
            writer.Line($"internal const _OperandSharing WrittenBy = _OperandSharing.{kernels.WrittenBy};");
            writer.Line();
        }

        var mergedStates = kernels.IsScan ? "(long)plan.Heads * plan.StateSpans" : "(long)plan.Heads";
        if (hasParameters)
        {
            writer.Line("private readonly _FloatBuffer _parameters;");
        }

        foreach (var kernel in kernels.Kernels)
        {
            writer.Line($"private readonly global::System.Action<_Stream, _KernelConfig, {Types(kernel)}> {Field(kernel)};");
        }

        writer.Line();
        writer.Line("/// <summary>Compiles the kernels for a device, and copies the projections there.</summary>");
        using (writer.Block($"internal {name}(_Accelerator accelerator, {Runtime}.Projection? projection, global::System.ReadOnlySpan<float> hyperparameters)"))
        {
            writer.Line($$"""
                {{Services}}.GpuChecks.CheckDevice(
                    accelerator.Name, accelerator.MaxNumThreadsPerGroup, accelerator.MaxSharedMemoryPerGroup, sharedBytes: {{Text(kernels.SharedBytes)}});
                """);
            if (hasParameters)
            {
                writer.Line($$"""
                    var packed = new float[{{Text(kernels.ParameterFloats)}}];
                    PackParameters(projection, hyperparameters, packed);
                    _parameters = accelerator.Allocate1D<float>(packed.Length);
                    _Views.CopyFromCPU(_parameters.View, accelerator.DefaultStream, packed);
                    accelerator.DefaultStream.Synchronize();
                    """);
            }

            foreach (var kernel in kernels.Kernels)
            {
                writer.Line($"{Field(kernel)} = _KernelLoaders.LoadKernel<{Types(kernel)}>(accelerator, {kernel.Name});");
            }
        }

        // Of a pass whose heads add up in what they write, a launch has some of the heads.
        var part = kernels.WrittenBy == OperandSharing.None ? "shape" : "_GpuPart.Of(shape, WrittenBy, 0).Shape";
        var (heads, stateFloats, scratchFloats) = ("shape.Batch * shape.Heads", Text(kernels.StateFloats), Text(kernels.ScratchFloats));
        writer.Line();
        writer.Line("/// <summary>How a launch is cut for a device of so many multiprocessors.</summary>");
        writer.Line($$"""
            internal static {{Services}}.GpuPlan Plan({{Runtime}}.AttentionShape shape, int processors) => {{Services}}.GpuPlan.Create(
                {{heads}}, stateLength: {{(kernels.HasState ? Length(kernels.AccumulateLength) : "0")}}, outputLength: {{Length(kernels.OutputLength)}}, processors,
                stateTokens: {{Math.Max(1, kernels.AccumulateTokens)}}, outputTokens: {{kernels.OutputTokens}}, stateFloats: {{stateFloats}}, scratchFloats: {{scratchFloats}}, isScan: {{(kernels.IsScan ? "true" : "false")}}{{(kernels.HasPlainSums ? $", mostTiles: {MostTiles}" : "")}});
            """);
        writer.Line();
        writer.Line("/// <summary>The floats of scratch memory that a call takes.</summary>");
        using (writer.Block($"internal static long ScratchLength({Runtime}.AttentionShape shape, int processors)"))
        {
            if (kernels.HasState || kernels.ScratchFloats > 0)
            {
                writer.Line($"var plan = Plan({part}, processors);");
            }

            // Where there are running sums, what groups need lies before them.
            var groups = kernels.ScratchFloats > 0 && !kernels.HasRunningSums ? "GroupsLength(in plan) + " : "";
            writer.Line($"return {(kernels.HasState ? "StatesLength(in plan) + " : "")}{groups}1;");
        }

        if (kernels.HasRunningSums)
        {
            writer.Line();
            writer.Line("/// <summary>The first float of the running sums in their memory, before which is scratch memory of the groups.</summary>");
            var groups = kernels.ScratchFloats == 0 ? "0" : $"GroupsLength(Plan({part}, processors))";
            writer.Line($"internal static long FirstSum({Runtime}.AttentionShape shape, int processors) => {groups};");
        }

        writer.Line();
        writer.Line("/// <summary>Queues the kernels for some of the heads, or all.</summary>");
        var sums = kernels.HasRunningSums ? ", _Floats sums" : "";
        using (writer.Block($"internal void Launch(_Stream stream, in Call call, in _GpuPart part, int processors, _Floats memory{sums})"))
        {
            writer.Line("var plan = Plan(part.Shape, processors);");
            if (kernels.ScratchFloats > 0 && !kernels.HasRunningSums)
            {
                writer.Line($"var groupMemory = memory.SubView({(kernels.HasState ? "StatesLength(in plan)" : "0")}, {Services}.GpuChecks.AtLeastOne(GroupsLength(in plan)));");
            }

            if (kernels.HasState)
            {
                // What a round leaves to the next: states that two rounds read and write in turn. Where only their sum is wanted, one is
                // that.
                var (stateCount, atEnd) = ("(long)plan.Heads * plan.StateSpans", "StatesLength(in plan) - carried");
                var first = $"plan.Rounds == 1 ? merged : memory.SubView({atEnd}, carried)";
                var second = kernels.IsScan ? $"plan.Rounds == 1 ? merged : memory.SubView({atEnd} - carried, carried)" : "merged";
                writer.Line($"var states = memory.SubView(0, {stateCount} * {stateFloats});");
                writer.Line($"var merged = {(keepsState ? "call.KeptStates.Length > 0 ? call.KeptStates : " : "")}memory.SubView(states.Length, {mergedStates} * {stateFloats});");
                writer.Line($"var carried = (long)plan.Heads * {stateFloats};");
                writer.Line($"var firstCarried = {first};");
                writer.Line($"var secondCarried = {second};");
                using (writer.Block("for (var round = 0; round < plan.Rounds; round++)"))
                {
                    writer.Line("var isFirstsTurn = (plan.Rounds - round) % 2 == 0;");
                    kernels.Kernels.Where(IsInRound).ToList().ForEach(Queue);
                }
            }

            kernels.Kernels.Where(kernel => !IsInRound(kernel)).ToList().ForEach(Queue);
        }

        bool IsInRound(GpuKernel kernel) => kernels.HasState && (kernels.IsScan || kernel.Name != "Output");

        void Queue(GpuKernel kernel)
        {
            var spans = kernel.Name is "Output" or TableSumEmitter.KernelName ? "Output" : "State";
            var groups = kernel.Name == "Merge"
                ? $"(int)((((long)plan.Heads * {kernels.MergeNumbers}) + {GroupMemory.Threads - 1}) / {GroupMemory.Threads})"
                : kernel.Name == TableSumEmitter.KernelName
                ? Text((kernels.TableNumbers + GroupMemory.Threads - 1) / GroupMemory.Threads)
                : $"plan.Heads * plan.{spans}Spans";
            var from = IsInRound(kernel) ? "round * plan.StateSpans * plan.StateSpanTokens" : "0";
            var arguments = kernel.Parameters.Select(parameter => parameter.Name switch
            {
                "parameters" => "_parameters.View",
                "states" => kernel.Name == "Output" ? "merged" : "states",
                "merged" => "merged",
                "before" => "isFirstsTurn ? secondCarried : firstCarried",
                "after" => "isFirstsTurn ? firstCarried : secondCarried",
                IlgpuKernels.Memory => kernels.HasRunningSums ? "sums" : "groupMemory",
                "heads" => "plan.Heads",
                TableSumEmitter.Groups => "plan.Heads * plan.OutputSpans",
                "spans" => "plan.StateSpans",
                "isFirst" => "round == 0 ? 1 : 0",
                "isLast" => "round == plan.Rounds - 1 ? 1 : 0",
                "shape" => $"call.ShapeOf(part, plan.{spans}SpanTokens, plan.{spans}Spans, {from}{string.Concat(kernel.Places.Select(place => $", call.{Place(place)}"))})",
                var tensor => $"call.{Property(tensor)}",
            });
            writer.Line($"{Field(kernel)}(");
            writer.Line($"    stream, new _KernelConfig({groups}, {GroupMemory.Threads}),");
            writer.Line($"    {string.Join(", ", arguments)});");
        }

        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Line(hasParameters ? "public void Dispose() => _parameters.Dispose();" : "public void Dispose()\n{\n}");
        if (kernels.HasState)
        {
            writer.Line();
            var carried = $"(plan.Rounds == 1 ? 0 : {(kernels.IsScan ? "2L" : "1L")} * plan.Heads)";
            writer.Line($"private static long StatesLength(in {Services}.GpuPlan plan) => (((long)plan.Heads * plan.StateSpans) + ({mergedStates}) + {carried}) * {stateFloats};");
        }

        if (kernels.ScratchFloats > 0)
        {
            writer.Line();
            writer.Line(
                $"private static long GroupsLength(in {Services}.GpuPlan plan) => (long)plan.Heads * global::System.Math.Max(plan.StateSpans, plan.OutputSpans) * {scratchFloats};");
        }

        if (hasParameters)
        {
            writer.Line();
            using (writer.Block($"private static void PackParameters({Runtime}.Projection? projection, global::System.ReadOnlySpan<float> hyperparameters, global::System.Span<float> packed)"))
            {
                kernels.EmitPack(writer);
            }
        }
    }

    /// <summary>The name of a tensor's place in a call.</summary>
    public static string Place(string tensor) => Property(tensor) + "Place";

    /// <summary>The name of a tensor in a call.</summary>
    public static string Property(string tensor) => char.ToUpperInvariant(tensor[0]) + tensor.Substring(1);

    private static string Field(GpuKernel kernel) => "_" + char.ToLowerInvariant(kernel.Name[0]) + kernel.Name.Substring(1);

    private static string Types(GpuKernel kernel) => string.Join(", ", kernel.Parameters.Select(parameter => parameter.Type));

    private static string Length(TokenIndex index) =>
        index is TokenIndex.Length length
            ? length.Operand.Positions is { } positions ? Text(positions)
                : length.Operand.IsOfKeys ? "shape.KeyLength"
                : "shape.QueryLength"
            : throw new NotSupportedException($"{index}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
