using KernelGen.Generator.Declarations;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Writes the files of GPU kernels of a declaration, for projects that reference ILGPU: the kernels and a nested class that launches them.
/// </summary>
internal static class IlgpuFiles
{
    /// <summary>The class in the layer.</summary>
    public const string ClassName = "Gpu";

    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";

    private const string TensorException =
        "\n    /// <exception cref=\"global::System.InvalidOperationException\">The context's optimisation level is below O2, or the device is a CUDA device without TensorFloat32.</exception>";

    private const string TensorCheck = $$"""

                {{Services}}.GpuChecks.CheckTensorFloat32(
                    accelerator.Name, (int)accelerator.Context.Properties.OptimizationLevel,
                    accelerator is global::ILGPU.Runtime.Cuda.CudaAccelerator cuda ? cuda.Architecture.Major : null);
        """;

    /// <summary>The file of the forward pass: the class, what it is made of and freed, and Forward.</summary>
    public static string Forward(Declaration declaration, LayerPrograms programs)
    {
        var (program, gradients) = (programs.Forward, programs.Gradients);
        var (type, spec) = (declaration.Type, declaration.Spec);
        var isTensor = declaration.Precision == Precision.TensorFloat32;
        var backend = new IlgpuKernels(program, isTensor);
        var kept = new KeptNumbers(program, gradients);
        var tensors = new CallTensors([program], isBackward: false, Rule(program));
        var all = new CallTensors(programs.All, isBackward: true, Rule(program));
        var sums = RunningSumEmitter.Of(programs);
        var comment =
            $"{spec.Describe()} GPU kernels for ILGPU{(isTensor ? ", precision TensorFloat32" : "")}, from the tile program that stands in the file of the CPU kernels.";
        return TypeFile.Write(type, [comment], IlgpuKernels.Usings(isTensor), "", writer =>
        {
            writer.Line("""
                /// <summary>
                /// This layer on an ILGPU accelerator. Calls of one stream follow each other. Those of several streams may run at the same time: each stream has
                /// scratch memory of its own. A call that comes from another thread while one is queued waits for that.
                /// </summary>
                """);
            using (writer.Block("public sealed partial class Gpu : global::System.IDisposable"))
            {
                Members(writer, type, spec, kept, tensors, all, sums, isTensor);
                writer.Line();
                LauncherEmitter.Emit(writer, "ForwardPass", "The kernels of the forward pass.", backend, kept.HasState);
                if (sums is not null)
                {
                    writer.Line();
                    sums.Emit(writer);
                }
            }
        });
    }

    /// <summary>The file of the backward pass.</summary>
    public static string Gradients(Declaration declaration, LayerPrograms programs)
    {
        var (program, gradients) = (programs.Forward, programs.Gradients);
        var (type, spec) = (declaration.Type, declaration.Spec);
        var isTensor = declaration.Precision == Precision.TensorFloat32;
        var backends = gradients.Select(gradient => new IlgpuKernels(gradient, isTensor)).ToList();
        var names = programs.GradientNames.Select(name => name + "Pass").ToList();
        var comment =
            $"{spec.Describe()} GPU kernels of the backward pass for ILGPU{(isTensor ? ", precision TensorFloat32" : "")}, from the tile programs that stand in the file of the CPU's.";
        return TypeFile.Write(type, [comment], IlgpuKernels.Usings(isTensor), "", writer =>
        {
            using (writer.Block("public sealed partial class Gpu"))
            {
                Backward(writer, programs, new KeptNumbers(program, gradients), names, backends);
                for (var i = 0; i < backends.Count; i++)
                {
                    writer.Line();
                    LauncherEmitter.Emit(writer, names[i], $"The kernels of {gradients[i].Name}.", backends[i], keepsState: false);
                }
            }
        });
    }

    /// <summary>What a forward call keeps: an array of numbers, one each a query, for each of these, and the final states.</summary>
    private sealed class KeptNumbers
    {
        public KeptNumbers(TileProgram forward, IReadOnlyList<TileProgram> gradients)
        {
            PerQuery =
            [
                .. gradients.Prepend(forward).SelectMany(program => program.Operands).Where(operand => operand.Source == OperandSource.Kept)
                    .Select(operand => LauncherEmitter.Property(operand.Name)).Distinct(),
            ];
            HasState = gradients.Any(program => program.Kept is not null);
            StateFloats = HasState ? IlgpuKernels.Floats(forward.State) : 0;
            Stored =
            [
                .. Dataflow.Flatten(forward.Body).OfType<Store>().Select(store => store.Destination)
                    .Where(operand => operand.Source == OperandSource.Kept).Select(operand => LauncherEmitter.Property(operand.Name)),
            ];
        }

        public List<string> PerQuery { get; }

        /// <summary>Those of them that the forward pass stores.</summary>
        public List<string> Stored { get; }

        public bool HasState { get; }

        public int StateFloats { get; }

        /// <summary>What says in a call where one of the numbers a query is.</summary>
        public string PlaceOf(string number) => $"_GpuPlace.OfKept({Start}(Queries(shape) * {PerQuery.IndexOf(number)}), shape.QueryLength, shape)";

        /// <summary>The first of them, after the states.</summary>
        public string Start => HasState ? "KeptStatesLength(shape) + " : "";
    }

    /// <summary>What the lengths of queries and keys must be, as arguments of checks.</summary>
    private static string Rule(TileProgram forward) =>
        $"causal: {Text(forward.IsScan)}, comparesPositions: {Text(forward.RotatesTokens || SightText.Between(forward).Count > 0)}, limits: {SightText.Limits(forward) ?? "default"}";

    /// <param name="tensors">Those of a forward call.</param>
    /// <param name="all">Those of a backward call too.</param>
    /// <param name="sums">Its running sums; null: it has none.</param>
    private static void Members(
        SourceWriter writer, TypeTarget type, AttentionSpec spec, KeptNumbers kept, CallTensors tensors, CallTensors all,
        RunningSumEmitter? sums, bool isTensor)
    {
        var optional = all.Operands.Where(operand => operand.IsOptional).Select(operand => operand.Columns.Size).DefaultIfEmpty().Max();
        var (zerosField, zeros) = optional == 0
            ? ("", "")
            : ("\nprivate readonly _FloatBuffer _zeros;", $"\n    _owned.Add(_zeros = Zeros({optional}));");
        var views = tensors.Views().ToList();
        var arrays = tensors.Arrays().ToList();
        var strides = tensors.Strides().ToList();
        var queries = kept.PerQuery.Count;
        string[] passes = ["ForwardPass"];
        var scratch = "ForwardPass.ScratchLength(shape, _accelerator.NumMultiprocessors)";
        var places = kept.Stored
            .Select(name => $"{LauncherEmitter.Place(name)} = context is null ? _GpuPlace.Unwanted : {kept.PlaceOf(name)},")
            .Concat(sums?.InCall(isBackward: false) ?? []);
        writer.Line($$"""
            private readonly _Accelerator _accelerator;
            private readonly {{Runtime}}.Projection? _projection;
            private readonly float[] _hyperparameters;
            private readonly ForwardPass _forward;
            private readonly _IntBuffer _noLengths;{{zerosField}}{{If(sums, SumFields)}}
            private readonly {{Services}}.CallGate _gate;
            private readonly global::System.Collections.Generic.List<global::System.IDisposable> _owned = new();
            private readonly global::System.Collections.Generic.Dictionary<_Stream, _FloatBuffer> _scratch =
                new(global::System.Collections.Generic.ReferenceEqualityComparer.Instance);

            /// <summary>Compiles the kernels and copies the projections of <paramref name="layer"/>, as they are now, to the device.</summary>
            /// <param name="layer">The layer.</param>
            /// <param name="accelerator">The device, which stays the caller's.</param>
            /// <exception cref="global::System.NotSupportedException">The device's groups or shared memory are smaller than the kernels need.</exception>{{(isTensor ? TensorException : "")}}
            public Gpu({{type.Type.Name}} layer, _Accelerator accelerator)
            {
                global::System.ArgumentNullException.ThrowIfNull(layer);
                global::System.ArgumentNullException.ThrowIfNull(accelerator);{{(isTensor ? TensorCheck : "")}}
                _accelerator = accelerator;
                _projection = layer.Engine.Projection;
                _hyperparameters = layer.Engine.Hyperparameters.ToArray();
                _owned.Add(_forward = new ForwardPass(accelerator, _projection, _hyperparameters));
                _owned.Add(_noLengths = accelerator.Allocate1D<int>(1));{{zeros}}{{If(sums, SumCreation)}}
                _gate = new {{Services}}.CallGate(nameof(Gpu), "only calls may share it.", Free);
            }

            /// <summary>The first CUDA device of the context, or else the first OpenCL device that is a GPU. Never a CPU, for which OpenCL may have devices too.</summary>
            /// <param name="context">A context with the backends of your choice: `Context.Create(builder => builder.Default())`.</param>
            /// <exception cref="global::System.InvalidOperationException">There is none.</exception>
            public static _Accelerator CreateAccelerator(_Context context)
            {
                global::System.ArgumentNullException.ThrowIfNull(context);
                _Device? gpu = null;
                var others = new global::System.Collections.Generic.List<string>();
                foreach (var device in context)
                {
                    if (device.AcceleratorType == _AcceleratorType.Cuda)
                    {
                        return device.CreateAccelerator(context);
                    }

                    if (device is _OpenClDevice openCl && (openCl.DeviceType & _OpenClDeviceType.CL_DEVICE_TYPE_GPU) != 0)
                    {
                        gpu ??= device;
                    }

                    others.Add(device.Name);
                }

                return gpu?.CreateAccelerator(context) ?? throw new global::System.InvalidOperationException({{Services}}.GpuChecks.NoDevice(others));
            }

            /// <summary>Memory on the device for what a forward call of this shape keeps: {{queries}} {{(queries == 1 ? "number" : "numbers")}} a query{{(kept.HasState ? $", and {kept.StateFloats} a head" : "")}}. The caller disposes of it.</summary>
            /// <exception cref="global::System.ArgumentException">The shape is impossible.</exception>
            public {{Runtime}}.GpuBackwardContext CreateContext({{Runtime}}.AttentionShape shape)
            {
                using var use = _gate.Share();
                {{Services}}.GpuChecks.CheckShape(shape, {{tensors.Rule}});
                var length = ({{kept.Start}}(Queries(shape) * {{queries}}) + 4) / 4 * 4; // Kernels read fours, and an empty view begins inside too.
                {{Services}}.GpuChecks.CheckMemory(_accelerator.Name, {{Services}}.GpuChecks.Bytes(length), _accelerator.MemorySize, "a context");
                return new {{Runtime}}.GpuBackwardContext(this, Zeros(length), shape, length * sizeof(float));
            }

            /// <summary>What BackwardContext.LogSumExp is on the CPU, [batch, heads, query length] in every layout.</summary>
            /// <param name="context">What a forward call of this object has filled.</param>
            public _Floats LogSumExp({{Runtime}}.GpuBackwardContext context)
            {
                global::System.ArgumentNullException.ThrowIfNull(context);
                using var use = {{Services}}.GpuChecks.Share(context, this, context.Shape);
                return PerQuery(context, 0);
            }

            /// <summary>
            /// Queues a forward call; nothing waits for it. Tensors are on the device, in the layout that <paramref name="shape"/> names where nothing is said
            /// of their strides.
            /// </summary>
            /// <param name="stream">The stream that the kernels run on, one after the other.</param>
            {{Documentation(views)}}
            /// <param name="shape">The sizes.</param>
            {{LengthDocumentation}}
            /// <param name="context">Overwritten with what a backward call needs; null: not wanted.</param>
            {{Documentation(strides)}}
            /// <exception cref="global::System.ArgumentException">A length or stride does not fit, the shape is impossible, or the context is for another.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Forward(
                _Stream stream,
            {{Parameters(views)}},
                {{Runtime}}.AttentionShape shape,
                _Ints keyLengths = default,
                _Ints queryLengths = default,
                {{Runtime}}.GpuBackwardContext? context = null,
            {{Parameters(strides)}})
            {
                global::System.ArgumentNullException.ThrowIfNull(stream);
                using var use = _gate.Share();
            {{Indented(tensors.CheckViews())}}
                using var useOfContext = {{Services}}.GpuChecks.Enter(context, this, shape);
                if (shape.Batch == 0 || shape.Heads == 0 || shape.QueryLength == 0)
                {
                    {{Services}}.GpuChecks.Fill(context);
                    return;
                }

                lock (_scratch)
                {
                    var memory = Scratch(stream, {{scratch}});{{Statements(sums?.TakeMemory(passes, isBackward: false))}}
                    var call = new Call
                    {
            {{InCall(tensors.InCall())}}
                        Kept = context is null ? memory.SubView(0, 1) : Kept(context),{{(kept.HasState ? "\n            KeptStates = context is null ? default : KeptStates(context)," : "")}}
            {{InCall(places)}}
            {{InCall([Lengths])}}
                    };{{If(sums, $"\n        {RunningSumEmitter.SumUp}")}}
                    _forward.Launch(stream, in call, _GpuPart.All(shape), _accelerator.NumMultiprocessors, memory{{If(sums, ", sums")}});
                }

                {{Services}}.GpuChecks.Fill(context);
            }

            /// <summary>A forward call on arrays of the CPU: copies them to the device, computes, copies the output back and waits for it.</summary>
            /// <inheritdoc cref="{{Runtime}}.IAttention.Forward"/>
            public void Forward(
            {{Parameters(arrays)}},
                {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default,
                global::System.ReadOnlySpan<int> queryLengths = default)
            {
            {{Indented(tensors.CheckArrays())}}
                if (Queries(shape) == 0)
                {
                    return;
                }

                var stream = _accelerator.DefaultStream;
            {{Indented(tensors.Uploads())}}
                using var keys = Upload(keyLengths);
                using var queries = Upload(queryLengths);
                Forward(
                    stream, {{string.Join(", ", tensors.UploadedViews(tensors))}}, shape,
                    keys.View.SubView(0, keyLengths.Length), queries.View.SubView(0, queryLengths.Length), context: null,
                    {{string.Join(", ", tensors.UploadedStrides(tensors))}});
            {{Indented(tensors.Downloads())}}
            }

            /// <summary>
            /// The bytes of scratch memory on the device that a forward call of this shape uses. {{Growth(sums, isBackward: false)}} Each stream that is used
            /// has as much as its largest call took, until another stream's call needs memory after it was disposed of, or this object is.
            /// </summary>
            /// <exception cref="global::System.ArgumentException">The shape is impossible.</exception>
            public long ScratchBytes({{Runtime}}.AttentionShape shape)
            {
                {{Services}}.GpuChecks.CheckShape(shape, {{tensors.Rule}});
                return {{(sums is null ? scratch : $"({scratch} + {sums.Length(passes, isBackward: false)})")}} * sizeof(float);
            }

            /// <summary>Frees the memory on the device, at once or at the end of a call that is running.</summary>
            public void Dispose() => _gate.Close();

            private void Free()
            {
                lock (_scratch)
                {
                    foreach (var scratch in _scratch.Values)
                    {
                        scratch.Dispose();
                    }
            {{If(sums, SumDisposal)}}
                    _owned.ForEach(static owned => owned.Dispose());
                }
            }

            private static long Queries({{Runtime}}.AttentionShape shape) => (long)shape.Batch * shape.Heads * shape.QueryLength;

            /// <summary>One of the arrays of a context that have a number a query.</summary>
            private static _Floats PerQuery({{Runtime}}.GpuBackwardContext context, int index) =>
                Kept(context).SubView({{(kept.HasState ? "KeptStatesLength(context.Shape) + " : "")}}(Queries(context.Shape) * index), Queries(context.Shape));

            private static _Floats Kept({{Runtime}}.GpuBackwardContext context) => ((_FloatBuffer)context.Memory).View;

            """);
        if (kept.HasState)
        {
            writer.Line($$"""
                private static long KeptStatesLength({{Runtime}}.AttentionShape shape) => (long)shape.Batch * shape.Heads * {{kept.StateFloats}};

                private static _Floats KeptStates({{Runtime}}.GpuBackwardContext context) => Kept(context).SubView(0, KeptStatesLength(context.Shape));

                """);
        }

        writer.Line($$"""
            /// <summary>Memory of the stream's own, since what other streams have may be in use. What was too small goes, and what disposed streams had.</summary>
            {{MemoryOf("Scratch", "_scratch")}}

            """);
        if (sums is not null)
        {
            // Sums may be NaN, which must not be where another call has a state: what that is padded with is never written.
            writer.Line($$"""
                /// <summary>Likewise, of running sums, where no call has its states.</summary>
                {{MemoryOf("SumMemory", "_sumMemory")}}

                """);
        }

        writer.Line($$"""
            /// <summary>Memory that states lie in: no kernel writes the rows and columns that they are padded with.</summary>
            private _FloatBuffer Zeros(long length)
            {
                var buffer = _accelerator.Allocate1D<float>(length);
                _Views.MemSetToZero(buffer.View, _accelerator.DefaultStream);
                _accelerator.DefaultStream.Synchronize();
                return buffer;
            }

            /// <summary>Buffers of 0 numbers do not exist.</summary>
            private global::ILGPU.Runtime.MemoryBuffer1D<_Number, global::ILGPU.Stride1D.Dense> Upload<_Number>(global::System.ReadOnlySpan<_Number> numbers)
                where _Number : unmanaged
            {
                var buffer = _accelerator.Allocate1D<_Number>(global::System.Math.Max(1, numbers.Length));
                if (!numbers.IsEmpty)
                {
                    _Views.CopyFromCPU(buffer.View.SubView(0, numbers.Length), _accelerator.DefaultStream, numbers);
                }

                return buffer;
            }

            /// <summary>Copies what was written back, and waits for it. What lies between the parts of a tensor may be another's.</summary>
            private void Download(_Floats from, in {{Runtime}}.TensorView to, _Operand operand, {{Runtime}}.AttentionShape shape)
            {
                if (to.Memory.IsEmpty)
                {
                    return;
                }

                var copy = to.Strides.IsPacked ? to.Memory : new float[to.Memory.Length];
                _Views.CopyToCPU(from, _accelerator.DefaultStream, copy);
                _accelerator.DefaultStream.Synchronize();

                if (!to.Strides.IsPacked)
                {
                    {{Services}}.GpuRows.Copy(copy, to, operand, shape);
                }
            }

            """);
        tensors.EmitList(writer);
        writer.Line();
        writer.Line("""
            /// <summary>The tensors of a call on the device, and where they are in their views. A pass reads those that it has a use for.</summary>
            internal readonly struct Call
            {
            """);
        string[] properties =
        [
            .. all.Operands.SelectMany(operand =>
                new[] { $"{CallTensors.ViewType(operand)} {LauncherEmitter.Property(operand.Name)}", $"_GpuPlace {LauncherEmitter.Place(operand.Name)}" }),
            "_Floats Kept",
            .. kept.HasState ? new[] { "_Floats KeptStates", "_GpuPlace KeptStatePlace" } : [],
            .. kept.PerQuery.Select(name => $"_GpuPlace {LauncherEmitter.Place(name)}"),
            .. sums is null ? [] : sums.Operands.Select(operand => $"_GpuPlace {LauncherEmitter.Place(operand.Name)}"),
            "_Ints KeyLengths", "_Ints QueryLengths", "bool HasKeyLengths", "bool HasQueryLengths", "bool AddsGradients",
        ];
        using (writer.Indent())
        {
            foreach (var property in properties)
            {
                writer.Line($"internal {property} {{ get; init; }}");
                writer.Line();
            }

            writer.Line($$"""
                /// <param name="part">The heads of the launch.</param>
                /// <param name="spanTokens">Tokens of a span.</param>
                /// <param name="spans">Spans of each head.</param>
                /// <param name="from">The first token of the first span.</param>
                /// <param name="places">Of the kernel's operands in the whole call.</param>
                internal _GpuShape ShapeOf(in _GpuPart part, int spanTokens, int spans, int from, params global::System.ReadOnlySpan<_GpuPlace> places) => new(
                    part, HasQueryLengths, HasKeyLengths, AddsGradients || part.IsOneOfSeveral, spanTokens, spans, from, places);
                """);
        }

        writer.Line("}");
    }

    private const string SumFields = """

        private readonly RunningSums _runningSums;
        private readonly global::System.Collections.Generic.Dictionary<_Stream, _FloatBuffer> _sumMemory =
            new(global::System.Collections.Generic.ReferenceEqualityComparer.Instance);
        """;

    private const string SumCreation = "\n    _owned.Add(_runningSums = new RunningSums(accelerator));";

    private const string SumDisposal = """

                foreach (var sums in _sumMemory.Values)
                {
                    sums.Dispose();
                }

        """;

    /// <summary>A method that has memory for each stream.</summary>
    private static string MemoryOf(string name, string field) => $$"""
        private _Floats {{name}}(_Stream stream, long length)
        {
            if ({{field}}.TryGetValue(stream, out var scratch) && scratch.Length >= length)
            {
                return scratch.View;
            }

            {{Services}}.GpuChecks.CheckMemory(_accelerator.Name, {{Services}}.GpuChecks.Bytes(length), _accelerator.MemorySize);
            foreach (var other in new global::System.Collections.Generic.List<_Stream>({{field}}.Keys))
            {
                if (other == stream || other.IsDisposed)
                {
                    _accelerator.Synchronize(); // Its kernels may still run.
                    {{field}}.Remove(other, out var unused);
                    unused!.Dispose();
                }
            }

            return ({{field}}[stream] = Zeros(length)).View;
        }
        """;

    private static string If(RunningSumEmitter? sums, string text) => sums is null ? "" : text;

    /// <summary>Statements within two blocks, a line each.</summary>
    private static string Statements(IEnumerable<string>? lines) => string.Concat((lines ?? []).Select(line => $"\n        {line}"));

    /// <summary>What is said of how scratch memory grows.</summary>
    private static string Growth(RunningSumEmitter? sums, bool isBackward) => sums is null
        ? "They do not grow with the lengths."
        : $"They grow with the lengths by {sums.Numbers(isBackward) * sizeof(float)} bytes a query.";

    private const string LengthDocumentation = """
        /// <param name="keyLengths">For each sequence how many keys count, each 0 to key length; the others are not read. Empty: all.</param>
        /// <param name="queryLengths">For each sequence how many queries count, each 0 to query length; the others are not read. Empty: all.</param>
        """;

    private const string Lengths = """
        KeyLengths = keyLengths.Length > 0 ? keyLengths : (_Ints)_noLengths.View,
        QueryLengths = queryLengths.Length > 0 ? queryLengths : (_Ints)_noLengths.View,
        HasKeyLengths = keyLengths.Length > 0,
        HasQueryLengths = queryLengths.Length > 0,
        """;

    private static string Documentation(IEnumerable<CallTensors.Parameter> parameters) =>
        string.Join("\n", parameters.Select(parameter => parameter.Documentation));

    private static string Parameters(IEnumerable<CallTensors.Parameter> parameters) =>
        Indented(parameters.Select(parameter => parameter.Declaration), depth: 1, separator: ",\n");

    private static string InCall(IEnumerable<string> lines) => Indented(lines, depth: 3);

    private static string Indented(string text) => Indented([text], depth: 1);

    private static string Indented(IEnumerable<string> lines, int depth = 1, string separator = "\n")
    {
        var blanks = new string(' ', 4 * depth);
        return blanks + string.Join(separator, lines).Replace("\n", "\n" + blanks);
    }

    private static void Backward(
        SourceWriter writer, LayerPrograms programs, KeptNumbers kept, IReadOnlyList<string> passes,
        IReadOnlyList<IlgpuKernels> kernels)
    {
        var rule = Rule(programs.Forward);
        var tensors = new CallTensors(programs.All, isBackward: true, rule);
        var ofForward = new CallTensors([programs.Forward], isBackward: false, rule);
        var fields = passes.Select(pass => "_" + char.ToLowerInvariant(pass[0]) + pass.Substring(1)).ToList();
        for (var i = 0; i < passes.Count; i++)
        {
            writer.Line($"private {passes[i]}? {fields[i]};");
        }

        writer.Line("private global::System.Action<_Stream, _KernelConfig, _Floats, _Ints, _Ints, int, _GpuShape>? _clear;");
        var ofNoHead = string.Concat(tensors.Operands.Where(operand => operand.Access == OperandAccess.Accumulate).Select(operand =>
            operand.IsTable ? ClearTable(operand.Name) : operand.Positions is not null ? ClearPositions(tensors, operand) : ""));
        var scratch = passes.Select(pass => $"{pass}.ScratchLength(shape, _accelerator.NumMultiprocessors)")
            .Aggregate((one, other) => $"global::System.Math.Max({one}, {other})");
        var sums = RunningSumEmitter.Of(programs);
        string[] summing = [.. passes.Where((_, i) => kernels[i].HasRunningSums)];
        var length = sums is null ? "BackwardScratchBytes(shape) / sizeof(float)" : scratch;
        var places = kept.PerQuery.Select(name => $"{LauncherEmitter.Place(name)} = {kept.PlaceOf(name)},")
            .Concat(sums?.InCall(isBackward: true) ?? []);
        var context = new CallTensors.Parameter($"{Runtime}.GpuBackwardContext context", "context", "What it has kept");
        var (strides, arrays) = (tensors.Strides().ToList(), tensors.Arrays().ToList());

        // The context follows what the forward call has written.
        var views = tensors.Views().ToList();
        views.Insert(views.FindIndex(view => view.Name == AttentionOperands.OutputName) + 1, context);
        writer.Line();
        writer.Line($$"""
            /// <summary>
            /// Queues a backward call; nothing waits for it. The first one compiles its kernels. Tensors are on the device, in the layout that
            /// <paramref name="shape"/> names where nothing is said of their strides; none of the gradients shares a number with another tensor. Those of keys and
            /// values that several heads share are sums over these, always made in the same order.
            /// </summary>
            /// <param name="stream">The stream that the kernels run on, one after the other: that of the forward call, or one that waits for it.</param>
            {{Documentation(views)}}
            /// <param name="shape">The sizes.</param>
            /// <param name="keyLengths">Those of the forward call.</param>
            /// <param name="queryLengths">Those of the forward call.</param>
            /// <param name="accumulate">Whether gradients are added to what is there, rather than overwriting it.</param>
            {{Documentation(strides)}}
            /// <exception cref="global::System.ArgumentException">A length or stride does not fit, the shape is impossible, or the context is for another, or empty.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Backward(
                _Stream stream,
            {{Parameters(views)}},
                {{Runtime}}.AttentionShape shape,
                _Ints keyLengths = default,
                _Ints queryLengths = default,
                bool accumulate = false,
            {{Parameters(strides)}})
            {
                global::System.ArgumentNullException.ThrowIfNull(stream);
                using var use = _gate.Share();
            {{Indented(tensors.CheckViews())}}
                using var useOfContext = {{Services}}.GpuChecks.Share(context, this, shape);
                if (shape.Batch == 0 || shape.Heads == 0)
                {{{ofNoHead}}
                    return;
                }

                lock (_scratch)
                {
                    var memory = Scratch(stream, {{length}});{{Statements(sums?.TakeMemory(summing, isBackward: true))}}
                    var call = new Call
                    {
            {{InCall(tensors.InCall())}}
                        Kept = Kept(context),{{(kept.HasState ? $"\n            KeptStatePlace = _GpuPlace.OfKept(0, {kept.StateFloats}, shape)," : "")}}
            {{InCall(places)}}
                        AddsGradients = accumulate,
            {{InCall([Lengths])}}
                    };
            """);
        using (writer.Indent())
        {
            using (writer.Indent())
            {
                writer.Line("_clear ??= _KernelLoaders.LoadKernel<_Floats, _Ints, _Ints, int, _GpuShape>(_accelerator, ClearRows);");
                for (var i = 0; i < passes.Count; i++)
                {
                    if (Wanted(programs.Gradients[i]) is null)
                    {
                        Compile(passes[i], fields[i]);
                    }
                }

                if (sums is not null)
                {
                    writer.Line(RunningSumEmitter.SumUp);
                }

                for (var i = 0; i < passes.Count; i++)
                {
                    if (Wanted(programs.Gradients[i]) is { } wanted)
                    {
                        using (writer.Block($"if ({wanted})"))
                        {
                            Compile(passes[i], fields[i]);
                            Launch(passes[i], fields[i], kernels[i], programs.Gradients[i]);
                        }
                    }
                    else
                    {
                        Launch(passes[i], fields[i], kernels[i], programs.Gradients[i]);
                    }
                }

                foreach (var line in sums?.AfterGradients(tensors.Entry) ?? [])
                {
                    writer.Line(line);
                }
            }

            writer.Line("}");
        }

        writer.Line("}");
        writer.Line();
        var onDevice = tensors.UploadedViews(tensors).ToList();
        onDevice.Insert(views.IndexOf(context), "context");
        writer.Line($$"""
            /// <summary>
            /// The gradients of a call on tensors of the CPU: copies them to the device, computes the output and then the gradients, copies these back
            /// and waits for them. Nothing is kept from an earlier call; use the views to not compute the output twice.
            /// </summary>
            {{Documentation(arrays)}}
            /// <param name="shape">The sizes.</param>
            {{LengthDocumentation}}
            /// <param name="accumulate">Whether gradients are added to what is there, rather than overwriting it.</param>
            /// <exception cref="global::System.ArgumentException">A length or stride does not fit, or the shape is impossible{{tensors.Misuse}}.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Backward(
            {{Parameters(arrays)}},
                {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default,
                global::System.ReadOnlySpan<int> queryLengths = default,
                bool accumulate = false)
            {
            {{Indented(tensors.CheckArrays())}}
                var stream = _accelerator.DefaultStream;
                using var context = CreateContext(shape);
            {{Indented(tensors.Uploads())}}
                using var keyCounts = Upload(keyLengths);
                using var queryCounts = Upload(queryLengths);
                _Ints keys = keyCounts.View.SubView(0, keyLengths.Length), queries = queryCounts.View.SubView(0, queryLengths.Length);
                Forward(
                    stream, {{string.Join(", ", tensors.UploadedViews(ofForward))}}, shape, keys, queries, context,
                    {{string.Join(", ", tensors.UploadedStrides(ofForward))}});
                Backward(
                    stream, {{string.Join(", ", onDevice)}}, shape, keys, queries, accumulate,
                    {{string.Join(", ", tensors.UploadedStrides(tensors))}});
            {{Indented(tensors.Downloads())}}
            }

            /// <summary>The bytes of scratch memory on the device that a backward call of this shape uses. {{Growth(sums, isBackward: true)}}</summary>
            /// <exception cref="global::System.ArgumentException">The shape is impossible.</exception>
            public long BackwardScratchBytes({{Runtime}}.AttentionShape shape)
            {
                {{Services}}.GpuChecks.CheckShape(shape, {{rule}});
                return {{(sums is null ? scratch : $"({scratch} + {sums.Length(summing, isBackward: true)})")}} * sizeof(float);
            }

            /// <summary>Queues zeros for rows of a gradient: all where heads add up in it, else those of tokens that no kernel goes to.</summary>
            private void Clear(
                _Stream stream, _Floats gradient, in _GpuPlace place, _Operand operand, {{Runtime}}.AttentionShape shape, in Call call, bool isSum, bool byKeys, bool byQueries)
            {
                byKeys = byKeys && call.HasKeyLengths && !isSum;
                byQueries = byQueries && call.HasQueryLengths && !isSum;
                var clearing = new {{Services}}.GpuClearing(operand, place, shape, byQueries, byKeys);
                if ((isSum || byKeys || byQueries) && !call.AddsGradients && clearing.Groups > 0)
                {
                    _clear!(stream, new _KernelConfig(clearing.Groups, {{GroupMemory.Threads}}), gradient, call.KeyLengths, call.QueryLengths, operand.Columns, clearing.Shape);
                }
            }

            /// <summary>Zeros in the rows of one span of a head that are past the lengths, or in all where there are none.</summary>
            internal static void ClearRows(_Floats gradient, _Ints keyLengths, _Ints queryLengths, int columns, _GpuShape shape)
            {
                var unit = _Grid.IdxX / shape.Spans;
                var sequence = unit / shape.Heads;
                var from = shape.HasKeyLengths + shape.HasQueryLengths == 0 ? 0 : shape.KeyLength;
                if (shape.HasKeyLengths != 0)
                {
                    from = global::ILGPU.IntrinsicMath.Clamp(keyLengths[sequence], 0, from);
                }

                if (shape.HasQueryLengths != 0)
                {
                    from = global::ILGPU.IntrinsicMath.Clamp(queryLengths[sequence], 0, from);
                }

                var start = _Grid.IdxX % shape.Spans * shape.SpanTokens;
                from = global::ILGPU.IntrinsicMath.Max(from, start);
                var numbers = (global::ILGPU.IntrinsicMath.Min(start + shape.SpanTokens, shape.KeyLength) - from) * columns;
                var first = shape.Place0.Base(sequence, unit % shape.Heads) + ((long)from * shape.Place0.RowStride);
                for (var i = _Group.IdxX; i < numbers; i += {{GroupMemory.Threads}})
                {
                    gradient[first + ((long)(i / columns) * shape.Place0.RowStride) + (i % columns)] = 0f;
                }
            }
            """);
        writer.Line();
        tensors.EmitList(writer);

        void Compile(string pass, string field)
        {
            using (writer.Block($"if ({field} is null)"))
            {
                writer.Line($"_owned.Add({field} = new {pass}(_accelerator, _projection, _hyperparameters));");
            }

            writer.Line();
        }

        void Launch(string pass, string field, IlgpuKernels own, TileProgram program)
        {
            var isShared = own.WrittenBy != OperandSharing.None;
            var parts = field.Substring(1) + "Parts";
            if (isShared)
            {
                writer.Line($"var {parts} = _GpuPart.Count(shape, {pass}.WrittenBy);");
            }

            foreach (var gradient in program.Operands.Where(operand => operand.Access == OperandAccess.Accumulate))
            {
                // The kernel that adds up tables writes all of them.
                if ((sums is not null && sums.Makes(gradient)) || gradient.IsTable)
                {
                    continue;
                }

                // A causal kernel goes through the keys of the queries that count; what has rows for all positions it does not all reach.
                var isSum = gradient.Positions is not null ? "true" : isShared ? $"{parts} > 1" : "false";
                var (byKeys, byQueries) = (Text(gradient.IsOfKeys), Text(!gradient.IsOfKeys || programs.Forward.IsScan));
                writer.Line(
                    $"Clear(stream, call.{LauncherEmitter.Property(gradient.Name)}, call.{LauncherEmitter.Place(gradient.Name)}, {tensors.Entry(gradient)}, shape, in call, isSum: {isSum}, byKeys: {byKeys}, byQueries: {byQueries});");
            }

            var part = isShared ? $"_GpuPart.Of(shape, {pass}.WrittenBy, part)" : "_GpuPart.All(shape)";
            var launch =
                $"{field}.Launch(stream, in call, {part}, _accelerator.NumMultiprocessors, memory{(own.HasRunningSums ? ", sums" : "")});";
            if (isShared)
            {
                using (writer.Block($"for (var part = 0; part < {parts}; part++)"))
                {
                    writer.Line(launch);
                }
            }
            else
            {
                writer.Line(launch);
            }
        }
    }

    /// <summary>The condition that anybody wants what a program writes; null: somebody does.</summary>
    private static string? Wanted(TileProgram program)
    {
        var written = program.Operands.Where(operand => operand.Access != OperandAccess.Read).ToList();
        return written.All(operand => operand is { IsOptional: true, Source: OperandSource.Caller })
            ? string.Join(" || ", written.Select(operand => $"call.{LauncherEmitter.Place(operand.Name)}.IsWanted"))
            : null;
    }

    /// <summary>Statements for a call of no head, whose gradient of a table no kernel writes.</summary>
    private static string ClearTable(string gradient) => $$"""

                if (!accumulate && {{gradient}}.Length > 0)
                {
                    _Views.MemSetToZero({{gradient}}, stream);
                }

        """;

    /// <summary>The same of a gradient that has rows for positions, which may lie apart.</summary>
    private static string ClearPositions(CallTensors tensors, Operand gradient) => $$"""

                if ({{gradient.Name}}.Length > 0)
                {
                    lock (_scratch)
                    {
                        _clear ??= _KernelLoaders.LoadKernel<_Floats, _Ints, _Ints, int, _GpuShape>(_accelerator, ClearRows);
                        var none = new Call { AddsGradients = accumulate, KeyLengths = _noLengths.View, QueryLengths = _noLengths.View };
                        var place = _GpuPlace.Of({{tensors.Entry(gradient)}}, {{gradient.Name}}.Length, {{gradient.Name}}Strides, shape);
                        Clear(stream, {{gradient.Name}}, place, {{tensors.Entry(gradient)}}, shape, in none, isSum: true, byKeys: false, byQueries: false);
                    }
                }

        """;

    private static string Text(bool value) => value ? "true" : "false";
}
