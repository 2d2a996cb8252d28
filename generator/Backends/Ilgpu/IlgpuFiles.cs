using KernelGen.Generator.Declarations;
using KernelGen.Generator.Layers;
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
        var stored = Dataflow.Flatten(program.Body).OfType<Store>().Select(store => store.Destination).Where(tensor => tensor.IsOptional)
            .Select(tensor => LauncherEmitter.Property(tensor.Name)).ToList();
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
                Members(writer, type, spec, kept, stored, isTensor);
                writer.Line();
                LauncherEmitter.Emit(writer, "ForwardPass", "The kernels of the forward pass.", backend, kept.HasState);
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
                Backward(writer, spec, new KeptNumbers(program, gradients), names);
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
        }

        public List<string> PerQuery { get; }

        public bool HasState { get; }

        public int StateFloats { get; }
    }

    /// <param name="stored">The numbers a query that the forward pass stores where there is a context.</param>
    private static void Members(
        SourceWriter writer, TypeTarget type, AttentionSpec spec, KeptNumbers kept, IReadOnlyList<string> stored, bool isTensor)
    {
        var causal = spec.Causal ? "true" : "false";
        var queries = kept.PerQuery.Count;
        writer.Line($$"""
            private readonly _Accelerator _accelerator;
            private readonly {{Runtime}}.Projection? _projection;
            private readonly float[] _hyperparameters;
            private readonly ForwardPass _forward;
            private readonly _IntBuffer _noLengths;
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
                _owned.Add(_noLengths = accelerator.Allocate1D<int>(1));
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
                {{Services}}.GpuChecks.CheckShape(shape, causal: {{causal}});
                var length = {{(kept.HasState ? "KeptStatesLength(shape) + " : "")}}(Queries(shape) * {{queries}}) + 1; // An empty view begins inside too.
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
            /// Queues a forward call; nothing waits for it. Tensors are on the device, in the layout that <paramref name="shape"/> names.
            /// </summary>
            /// <param name="stream">The stream that the kernels run on, one after the other.</param>
            /// <param name="query">[batch, heads, query length, {{spec.HeadDim}}].</param>
            /// <param name="key">[batch, heads, key length, {{spec.HeadDim}}].</param>
            /// <param name="value">[batch, heads, key length, {{spec.ValueDim}}].</param>
            /// <param name="destination">Overwritten, [batch, heads, query length, {{spec.ValueDim}}].</param>
            /// <param name="shape">The sizes.</param>
            /// <param name="keyLengths">For each sequence how many keys count, each 0 to key length; empty: all.</param>
            /// <param name="context">Overwritten with what a backward call needs; null: not wanted.</param>
            /// <exception cref="global::System.ArgumentException">A length does not fit, the shape is impossible, or the context is for another.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Forward(
                _Stream stream,
                _Floats query,
                _Floats key,
                _Floats value,
                _Floats destination,
                {{Runtime}}.AttentionShape shape,
                _Ints keyLengths = default,
                {{Runtime}}.GpuBackwardContext? context = null)
            {
                global::System.ArgumentNullException.ThrowIfNull(stream);
                using var use = _gate.Share();
                {{Services}}.GpuChecks.CheckCall(
                    shape, causal: {{causal}}, {{spec.HeadDim}}, {{spec.ValueDim}}, query.Length, key.Length, value.Length, destination.Length, keyLengths.Length);
                using var useOfContext = {{Services}}.GpuChecks.Enter(context, this, shape);
                if (shape.Batch == 0 || shape.Heads == 0 || shape.QueryLength == 0)
                {
                    {{Services}}.GpuChecks.Fill(context);
                    return;
                }

                lock (_scratch)
                {
                    var memory = Scratch(stream, ForwardPass.ScratchLength(shape, _accelerator.NumMultiprocessors));
                    var call = new Call
                    {
                        Query = query,
                        Key = key,
                        Value = value,
                        Output = destination,
            {{string.Join("\n", stored.Select(name => $"            {name} = context is null ? memory.SubView(0, 1) : PerQuery(context, {kept.PerQuery.IndexOf(name)}),"))}}
                        WantsLogSumExp = context is not null,{{(kept.HasState ? "\n            KeptStates = context is null ? default : KeptStates(context)," : "")}}
                        KeyLengths = keyLengths.Length > 0 ? keyLengths : (_Ints)_noLengths.View,
                        HasKeyLengths = keyLengths.Length > 0,
                    };
                    _forward.Launch(stream, in call, shape, _accelerator.NumMultiprocessors, memory);
                }

                {{Services}}.GpuChecks.Fill(context);
            }

            /// <summary>A forward call on arrays of the CPU: copies them to the device, computes, copies the output back and waits for it.</summary>
            /// <inheritdoc cref="{{Runtime}}.IAttention.Forward"/>
            public void Forward(
                global::System.ReadOnlySpan<float> query,
                global::System.ReadOnlySpan<float> key,
                global::System.ReadOnlySpan<float> value,
                global::System.Span<float> destination,
                {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default)
            {
                {{Services}}.GpuChecks.CheckCall(
                    shape, causal: {{causal}}, {{spec.HeadDim}}, {{spec.ValueDim}}, query.Length, key.Length, value.Length, destination.Length, keyLengths.Length);
                {{Services}}.GpuChecks.CheckKeyLengths(keyLengths, shape);
                if (destination.IsEmpty)
                {
                    return;
                }

                var stream = _accelerator.DefaultStream;
                using var q = Upload(query);
                using var k = Upload(key);
                using var v = Upload(value);
                using var o = _accelerator.Allocate1D<float>(destination.Length);
                using var lengths = Upload(keyLengths);
                Forward(
                    stream, q.View.SubView(0, query.Length), k.View.SubView(0, key.Length), v.View.SubView(0, value.Length), o.View, shape,
                    lengths.View.SubView(0, keyLengths.Length));
                _Views.CopyToCPU(o.View, stream, destination);
                stream.Synchronize();
            }

            /// <summary>
            /// The bytes of scratch memory on the device that a forward call of this shape uses. They do not grow with the lengths. Each stream that is used
            /// has as much as its largest call took, until another stream's call needs memory after it was disposed of, or this object is.
            /// </summary>
            /// <exception cref="global::System.ArgumentException">The shape is impossible.</exception>
            public long ScratchBytes({{Runtime}}.AttentionShape shape)
            {
                {{Services}}.GpuChecks.CheckShape(shape, causal: {{causal}});
                return ForwardPass.ScratchLength(shape, _accelerator.NumMultiprocessors) * sizeof(float);
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

                    _owned.ForEach(static owned => owned.Dispose());
                }
            }

            private static long Queries({{Runtime}}.AttentionShape shape) => (long)shape.Batch * shape.Heads * shape.QueryLength;

            /// <summary>One of the arrays of a context that have a number a query.</summary>
            private static _Floats PerQuery({{Runtime}}.GpuBackwardContext context, int index) =>
                ((_FloatBuffer)context.Memory).View.SubView({{(kept.HasState ? "KeptStatesLength(context.Shape) + " : "")}}(Queries(context.Shape) * index), Queries(context.Shape));

            """);
        if (kept.HasState)
        {
            writer.Line($$"""
                private static long KeptStatesLength({{Runtime}}.AttentionShape shape) => (long)shape.Batch * shape.Heads * {{kept.StateFloats}};

                private static _Floats KeptStates({{Runtime}}.GpuBackwardContext context) => ((_FloatBuffer)context.Memory).View.SubView(0, KeptStatesLength(context.Shape));

                """);
        }

        writer.Line($$"""
            /// <summary>Memory of the stream's own, since what other streams have may be in use. What was too small goes, and what disposed streams had.</summary>
            private _Floats Scratch(_Stream stream, long length)
            {
                if (_scratch.TryGetValue(stream, out var scratch) && scratch.Length >= length)
                {
                    return scratch.View;
                }

                {{Services}}.GpuChecks.CheckMemory(_accelerator.Name, {{Services}}.GpuChecks.Bytes(length), _accelerator.MemorySize);
                foreach (var other in new global::System.Collections.Generic.List<_Stream>(_scratch.Keys))
                {
                    if (other == stream || other.IsDisposed)
                    {
                        _accelerator.Synchronize(); // Its kernels may still run.
                        _scratch.Remove(other, out var unused);
                        unused!.Dispose();
                    }
                }

                return (_scratch[stream] = Zeros(length)).View;
            }

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

            /// <summary>The tensors of a call on the device. A pass reads those that it has a use for.</summary>
            internal readonly struct Call
            {
            """);
        string[] tensors =
        [
            "Query", "Key", "Value", "Output", "OutputGradient", "QueryGradient", "KeyGradient", "ValueGradient", .. kept.PerQuery,
            "KeptStates",
        ];
        using (writer.Indent())
        {
            foreach (var tensor in tensors)
            {
                writer.Line($"internal _Floats {tensor} {{ get; init; }}");
                writer.Line();
            }

            writer.Line($$"""
                internal _Ints KeyLengths { get; init; }

                internal bool HasKeyLengths { get; init; }

                internal bool WantsLogSumExp { get; init; }

                internal bool AddsGradients { get; init; }

                internal _GpuShape ShapeOf({{Runtime}}.AttentionShape shape, int spanTokens, int spans, int from) => new(
                    shape.Heads, shape.QueryLength, shape.KeyLength, shape.Layout == {{Runtime}}.TensorLayout.BatchLengthHeadDim, HasKeyLengths, WantsLogSumExp, AddsGradients,
                    spanTokens, spans, from);
                """);
        }

        writer.Line("}");
    }

    private static void Backward(SourceWriter writer, AttentionSpec spec, KeptNumbers kept, IReadOnlyList<string> passes)
    {
        var causal = spec.Causal ? "true" : "false";
        var fields = passes.Select(pass => "_" + char.ToLowerInvariant(pass[0]) + pass.Substring(1)).ToList();
        for (var i = 0; i < passes.Count; i++)
        {
            writer.Line($"private {passes[i]}? {fields[i]};");
        }

        var lengths = string.Join(", ", passes.Select(pass => $"{pass}.ScratchLength(shape, _accelerator.NumMultiprocessors)"));
        writer.Line();
        writer.Line($$"""
            /// <summary>
            /// Queues a backward call; nothing waits for it. The first one compiles its kernels. Tensors are on the device, in the layout that
            /// <paramref name="shape"/> names; none of the gradients overlaps another tensor.
            /// </summary>
            /// <param name="stream">The stream that the kernels run on, one after the other: that of the forward call, or one that waits for it.</param>
            /// <param name="query">[batch, heads, query length, {{spec.HeadDim}}].</param>
            /// <param name="key">[batch, heads, key length, {{spec.HeadDim}}].</param>
            /// <param name="value">[batch, heads, key length, {{spec.ValueDim}}].</param>
            /// <param name="output">What the forward call has computed, [batch, heads, query length, {{spec.ValueDim}}].</param>
            /// <param name="context">What it has kept.</param>
            /// <param name="outputGradient">∂loss/∂output, [batch, heads, query length, {{spec.ValueDim}}].</param>
            /// <param name="queryGradient">∂loss/∂query, [batch, heads, query length, {{spec.HeadDim}}].</param>
            /// <param name="keyGradient">∂loss/∂key, [batch, heads, key length, {{spec.HeadDim}}]; 0 for keys that do not count.</param>
            /// <param name="valueGradient">∂loss/∂value, [batch, heads, key length, {{spec.ValueDim}}]; likewise.</param>
            /// <param name="shape">The sizes.</param>
            /// <param name="keyLengths">Those of the forward call.</param>
            /// <param name="accumulate">Whether the three are added to what is there, rather than overwriting it.</param>
            /// <exception cref="global::System.ArgumentException">A length does not fit, the shape is impossible, or the context is for another, or empty.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Backward(
                _Stream stream,
                _Floats query,
                _Floats key,
                _Floats value,
                _Floats output,
                {{Runtime}}.GpuBackwardContext context,
                _Floats outputGradient,
                _Floats queryGradient,
                _Floats keyGradient,
                _Floats valueGradient,
                {{Runtime}}.AttentionShape shape,
                _Ints keyLengths = default,
                bool accumulate = false)
            {
                global::System.ArgumentNullException.ThrowIfNull(stream);
                using var use = _gate.Share();
                {{Services}}.GpuChecks.CheckCall(
                    shape, causal: {{causal}}, {{spec.HeadDim}}, {{spec.ValueDim}}, query.Length, key.Length, value.Length, output.Length, keyLengths.Length, nameof(output));
                {{Services}}.GpuChecks.CheckGradients(
                    shape, {{spec.HeadDim}}, {{spec.ValueDim}}, outputGradient.Length, queryGradient.Length, keyGradient.Length, valueGradient.Length);
                using var useOfContext = {{Services}}.GpuChecks.Share(context, this, shape);
                if (shape.Batch == 0 || shape.Heads == 0)
                {
                    return;
                }

                if (keyLengths.Length > 0 && shape.KeyLength > 0 && !accumulate)
                {
                    // No kernel goes beyond the keys that count.
                    _Views.MemSetToZero(keyGradient, stream);
                    _Views.MemSetToZero(valueGradient, stream);
                }

                lock (_scratch)
                {
                    var memory = Scratch(stream, BackwardScratchBytes(shape) / sizeof(float));
                    var call = new Call
                    {
                        Query = query,
                        Key = key,
                        Value = value,
                        Output = output,
            {{string.Join("\n", kept.PerQuery.Select((name, i) => $"            {name} = PerQuery(context, {i}),"))}}{{(kept.HasState ? "\n            KeptStates = KeptStates(context)," : "")}}
                        OutputGradient = outputGradient,
                        QueryGradient = queryGradient,
                        KeyGradient = keyGradient,
                        ValueGradient = valueGradient,
                        AddsGradients = accumulate,
                        KeyLengths = keyLengths.Length > 0 ? keyLengths : (_Ints)_noLengths.View,
                        HasKeyLengths = keyLengths.Length > 0,
                    };
            """);
        using (writer.Indent())
        {
            using (writer.Indent())
            {
                for (var i = 0; i < passes.Count; i++)
                {
                    using (writer.Block($"if ({fields[i]} is null)"))
                    {
                        writer.Line($"_owned.Add({fields[i]} = new {passes[i]}(_accelerator, _projection, _hyperparameters));");
                    }

                    writer.Line();
                }

                foreach (var field in fields)
                {
                    writer.Line($"{field}.Launch(stream, in call, shape, _accelerator.NumMultiprocessors, memory);");
                }
            }

            writer.Line("}");
        }

        writer.Line("}");
        writer.Line();
        writer.Line($$"""
            /// <summary>
            /// The gradients of a call on arrays of the CPU: copies them to the device, computes the output and then the gradients, copies these back
            /// and waits for them. Nothing is kept from an earlier call; use the views to not compute the output twice.
            /// </summary>
            /// <param name="query">As the forward call's, and so are the next two.</param>
            /// <param name="key">Keys.</param>
            /// <param name="value">Values.</param>
            /// <param name="outputGradient">∂loss/∂output, [batch, heads, query length, {{spec.ValueDim}}].</param>
            /// <param name="queryGradient">∂loss/∂query, [batch, heads, query length, {{spec.HeadDim}}].</param>
            /// <param name="keyGradient">∂loss/∂key, [batch, heads, key length, {{spec.HeadDim}}]; 0 for keys that do not count.</param>
            /// <param name="valueGradient">∂loss/∂value, [batch, heads, key length, {{spec.ValueDim}}]; likewise.</param>
            /// <param name="shape">The sizes.</param>
            /// <param name="keyLengths">For each sequence how many keys count, each 0 to key length; empty: all.</param>
            /// <param name="accumulate">Whether the three are added to what is there, rather than overwriting it.</param>
            /// <exception cref="global::System.ArgumentException">A length does not fit, or the shape is impossible.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Backward(
                global::System.ReadOnlySpan<float> query,
                global::System.ReadOnlySpan<float> key,
                global::System.ReadOnlySpan<float> value,
                global::System.ReadOnlySpan<float> outputGradient,
                global::System.Span<float> queryGradient,
                global::System.Span<float> keyGradient,
                global::System.Span<float> valueGradient,
                {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default,
                bool accumulate = false)
            {
                {{Services}}.GpuChecks.CheckCall(
                    shape, causal: {{causal}}, {{spec.HeadDim}}, {{spec.ValueDim}}, query.Length, key.Length, value.Length, outputGradient.Length, keyLengths.Length, nameof(outputGradient));
                {{Services}}.GpuChecks.CheckGradients(
                    shape, {{spec.HeadDim}}, {{spec.ValueDim}}, outputGradient.Length, queryGradient.Length, keyGradient.Length, valueGradient.Length);
                {{Services}}.GpuChecks.CheckKeyLengths(keyLengths, shape);
                var stream = _accelerator.DefaultStream;
                using var context = CreateContext(shape);
                using var q = Upload(query);
                using var k = Upload(key);
                using var v = Upload(value);
                using var o = Upload(outputGradient); // for its length: the forward call overwrites it
                using var lengths = Upload(keyLengths);
                using var g = Upload(outputGradient);
                using var dq = Upload<float>(queryGradient);
                using var dk = Upload<float>(keyGradient);
                using var dv = Upload<float>(valueGradient);
                _Floats queries = q.View.SubView(0, query.Length), keys = k.View.SubView(0, key.Length), values = v.View.SubView(0, value.Length);
                _Floats output = o.View.SubView(0, outputGradient.Length);
                _Ints counts = lengths.View.SubView(0, keyLengths.Length);
                Forward(stream, queries, keys, values, output, shape, counts, context);
                Backward(
                    stream, queries, keys, values, output, context, g.View.SubView(0, outputGradient.Length), dq.View.SubView(0, queryGradient.Length),
                    dk.View.SubView(0, keyGradient.Length), dv.View.SubView(0, valueGradient.Length), shape, counts, accumulate);
                Download(dq, queryGradient);
                Download(dk, keyGradient);
                Download(dv, valueGradient);
                stream.Synchronize();

                void Download(_FloatBuffer from, global::System.Span<float> to)
                {
                    if (!to.IsEmpty)
                    {
                        _Views.CopyToCPU(from.View.SubView(0, to.Length), stream, to);
                    }
                }
            }

            /// <summary>The bytes of scratch memory on the device that a backward call of this shape uses. They do not grow with the lengths.</summary>
            /// <exception cref="global::System.ArgumentException">The shape is impossible.</exception>
            public long BackwardScratchBytes({{Runtime}}.AttentionShape shape)
            {
                {{Services}}.GpuChecks.CheckShape(shape, causal: {{causal}});
                return {{(passes.Count == 1 ? lengths : $"global::System.Math.Max({lengths})")}} * sizeof(float);
            }
            """);
    }
}
