using KernelGen.Generator.Backends.Ilgpu;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator;

/// <summary>Writes the file of GPU kernels of a declaration, for projects that reference ILGPU: the kernels and a nested class that launches them.</summary>
internal static class GpuLayerEmitter
{
    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";

    private const string TensorException =
        "\n    /// <exception cref=\"global::System.InvalidOperationException\">The context's optimisation level is below O2, or the device is a CUDA device without TensorFloat32.</exception>";

    private const string TensorCheck = $$"""

                {{Services}}.GpuChecks.CheckTensorFloat32(
                    accelerator.Name, (int)accelerator.Context.Properties.OptimizationLevel,
                    accelerator is global::ILGPU.Runtime.Cuda.CudaAccelerator cuda ? cuda.Architecture.Major : null);
        """;

    public static string Emit(Declaration declaration, TileProgram program)
    {
        var (type, spec) = (declaration.Type, declaration.Spec);
        var isTensor = declaration.Precision == Precision.TensorFloat32;
        var backend = new IlgpuBackend(program, isTensor);
        var comment =
            $"{spec.Describe()} GPU kernels for ILGPU{(isTensor ? ", precision TensorFloat32" : "")}, from the tile program that stands in the file of the CPU kernels.\n"
            + $"Schedule: groups of {GroupMemory.Threads} threads; {(backend.HasState ? $"tiles of {backend.AccumulateTokens} keys and " : "tiles of ")}{backend.OutputTokens} queries; {backend.SharedBytes} bytes of shared memory.";
        return TypeFile.Write(type, [comment], backend.Usings, "", writer =>
        {
            writer.Line("/// <summary>This layer on an ILGPU accelerator. One call at a time; calls of one stream follow each other.</summary>");
            using (writer.Block("public sealed class Gpu : global::System.IDisposable"))
            {
                Launcher(writer, type, spec, backend, isTensor);
                foreach (var member in backend.Members)
                {
                    writer.Line();
                    writer.Line(member);
                }
            }
        });
    }

    private static void Launcher(SourceWriter writer, TypeTarget type, AttentionSpec spec, IlgpuBackend backend, bool isTensor)
    {
        var accumulate = "_Floats, _Floats, _Ints, _Floats, _Floats, _Floats, _GpuShape";
        var merge = "_Floats, _Floats, _GpuShape";
        var output = "_Floats, _Floats, _Floats, _Floats, _Floats, _Ints, _Floats, _Floats, _Floats, _GpuShape";
        var typeName = type.Type.Name;
        writer.Line("private readonly _Accelerator _accelerator;");
        writer.Line("private readonly _FloatBuffer _parameters;");
        writer.Line("private readonly _IntBuffer _noLengths;");
        writer.Line($"private readonly global::System.Action<_Stream, _KernelConfig, {output}> _output;");
        if (backend.HasState)
        {
            writer.Line($"private readonly global::System.Action<_Stream, _KernelConfig, {accumulate}> _accumulate;");
            writer.Line($"private readonly global::System.Action<_Stream, _KernelConfig, {merge}> _merge;");
        }

        writer.Line("private _FloatBuffer? _scratch;");
        writer.Line();
        writer.Line($$"""
            /// <summary>Compiles the kernels and copies the projections of <paramref name="layer"/>, as they are now, to the device.</summary>
            /// <param name="layer">The layer.</param>
            /// <param name="accelerator">The device, which stays the caller's.</param>
            /// <exception cref="global::System.NotSupportedException">The device's groups or shared memory are smaller than the kernels need.</exception>{{(isTensor ? TensorException : "")}}
            public Gpu({{typeName}} layer, _Accelerator accelerator)
            {
                global::System.ArgumentNullException.ThrowIfNull(layer);
                global::System.ArgumentNullException.ThrowIfNull(accelerator);
                {{Services}}.GpuChecks.CheckDevice(
                    accelerator.Name, accelerator.MaxNumThreadsPerGroup, accelerator.MaxSharedMemoryPerGroup, sharedBytes: {{backend.SharedBytes}});{{(isTensor ? TensorCheck : "")}}
                _accelerator = accelerator;
                var packed = new float[{{Math.Max(1, backend.ParameterFloats)}}];
                PackParameters(layer.Engine.Projection, layer.Engine.Hyperparameters, packed);
                _parameters = accelerator.Allocate1D<float>(packed.Length);
                _Views.CopyFromCPU(_parameters.View, accelerator.DefaultStream, packed);
                accelerator.DefaultStream.Synchronize();
                _noLengths = accelerator.Allocate1D<int>(1);
                _output = _KernelLoaders.LoadKernel<{{output}}>(accelerator, Output);
            """);
        using (writer.Indent())
        {
            if (backend.HasState)
            {
                writer.Line($"_accumulate = _KernelLoaders.LoadKernel<{accumulate}>(accelerator, Accumulate);");
                writer.Line($"_merge = _KernelLoaders.LoadKernel<{merge}>(accelerator, Merge);");
            }
        }

        writer.Line("}");
        writer.Line();
        writer.Line($$"""
            /// <summary>The first CUDA device of the context, or else the first of another kind that is a GPU.</summary>
            /// <param name="context">A context with the backends of your choice: `Context.Create(builder => builder.Default())`.</param>
            /// <exception cref="global::System.InvalidOperationException">There is none.</exception>
            public static _Accelerator CreateAccelerator(_Context context)
            {
                global::System.ArgumentNullException.ThrowIfNull(context);
                foreach (var kind in new[] { _AcceleratorType.Cuda, _AcceleratorType.OpenCL })
                {
                    foreach (var device in context)
                    {
                        if (device.AcceleratorType == kind)
                        {
                            return device.CreateAccelerator(context);
                        }
                    }
                }

                throw new global::System.InvalidOperationException({{Services}}.GpuChecks.NoDevice);
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
            /// <param name="logSumExp">Overwritten with what AttentionResult.LogSumExp is on the CPU, [batch, heads, query length]; empty: not wanted.</param>
            /// <exception cref="global::System.ArgumentException">A length does not fit, or the shape is impossible.</exception>
            /// <exception cref="global::System.InvalidOperationException">The device has too little memory.</exception>
            public void Forward(
                _Stream stream,
                _Floats query,
                _Floats key,
                _Floats value,
                _Floats destination,
                in {{Runtime}}.AttentionShape shape,
                _Ints keyLengths = default,
                _Floats logSumExp = default)
            {
                global::System.ArgumentNullException.ThrowIfNull(stream);
                {{Services}}.GpuChecks.CheckCall(
                    in shape, causal: {{(spec.Causal ? "true" : "false")}}, {{spec.HeadDim}}, {{spec.ValueDim}},
                    query.Length, key.Length, value.Length, destination.Length, keyLengths.Length, logSumExp.Length);
                if (shape.Batch == 0 || shape.Heads == 0 || shape.QueryLength == 0)
                {
                    return;
                }

                var plan = Plan(in shape);
                var memory = Scratch(in plan);
                var hasLengths = keyLengths.Length > 0;
                _Ints lengths = hasLengths ? keyLengths : (_Ints)_noLengths.View;
                var log = logSumExp.Length > 0 ? logSumExp : memory.SubView(0, 1);
                var merged = memory;
                var groupMemory = memory.SubView({{(backend.HasState ? "StatesLength(in plan)" : "0")}}, {{Services}}.GpuChecks.AtLeastOne(GroupsLength(in plan)));
            """);
        using (writer.Indent())
        {
            if (backend.HasState)
            {
                writer.Line($$"""
                    var states = memory.SubView(0, (long)plan.Heads * plan.KeySpans * StateFloats);
                    merged = memory.SubView(states.Length, (long)plan.Heads * {{(backend.IsScan ? "plan.KeySpans" : "1")}} * StateFloats);
                    _accumulate(
                        stream, new _KernelConfig(plan.Heads * plan.KeySpans, Threads), key, value, lengths, _parameters.View, states, groupMemory,
                        new _GpuShape(shape.Heads, shape.QueryLength, shape.KeyLength, IsTokensOuter(in shape), hasLengths, false, 0, plan.KeySpanTokens, plan.KeySpans));
                    _merge(
                        stream, new _KernelConfig((int)(((long)plan.Heads * {{backend.MergeNumbers}} + Threads - 1) / Threads), Threads), states, merged,
                        new _GpuShape(shape.Heads, 0, plan.Heads, false, false, false, 0, 0, plan.KeySpans));
                    """);
            }

            writer.Line("""
                _output(
                    stream, new _KernelConfig(plan.Heads * plan.QuerySpans, Threads), query, key, value, destination, log, lengths, _parameters.View, merged, groupMemory,
                    new _GpuShape(shape.Heads, shape.QueryLength, shape.KeyLength, IsTokensOuter(in shape), hasLengths, logSumExp.Length > 0, 0, plan.QuerySpanTokens, plan.QuerySpans));
                """);
        }

        writer.Line("}");
        writer.Line();
        writer.Line($$"""
            /// <summary>A forward call on arrays of the CPU: copies them to the device, computes, copies the output back and waits for it.</summary>
            /// <inheritdoc cref="{{Runtime}}.IAttention.Forward(global::System.ReadOnlySpan{float}, global::System.ReadOnlySpan{float}, global::System.ReadOnlySpan{float}, global::System.Span{float}, in {{Runtime}}.AttentionShape, global::System.ReadOnlySpan{int})"/>
            public void Forward(
                global::System.ReadOnlySpan<float> query,
                global::System.ReadOnlySpan<float> key,
                global::System.ReadOnlySpan<float> value,
                global::System.Span<float> destination,
                in {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default)
            {
                {{Services}}.GpuChecks.CheckCall(
                    in shape, causal: {{(spec.Causal ? "true" : "false")}}, {{spec.HeadDim}}, {{spec.ValueDim}},
                    query.Length, key.Length, value.Length, destination.Length, keyLengths.Length, 0);
                {{Services}}.GpuChecks.CheckKeyLengths(keyLengths, in shape);
                if (destination.IsEmpty)
                {
                    return;
                }

                var stream = _accelerator.DefaultStream;
                using var q = Upload(query);
                using var k = Upload(key);
                using var v = Upload(value);
                using var o = _accelerator.Allocate1D<float>(destination.Length);
                using var lengths = _accelerator.Allocate1D<int>(global::System.Math.Max(1, keyLengths.Length));
                if (!keyLengths.IsEmpty)
                {
                    _Views.CopyFromCPU(lengths.View, stream, keyLengths);
                }

                Forward(
                    stream, q.View.SubView(0, query.Length), k.View.SubView(0, key.Length), v.View.SubView(0, value.Length), o.View, in shape,
                    lengths.View.SubView(0, keyLengths.Length));
                _Views.CopyToCPU(o.View, stream, destination);
                stream.Synchronize();
            }

            /// <summary>The bytes of scratch memory on the device that a call of this shape uses. They do not grow with the lengths.</summary>
            public long ScratchBytes(in {{Runtime}}.AttentionShape shape)
            {
                var plan = Plan(in shape);
                return ScratchLength(in plan) * sizeof(float);
            }

            /// <summary>Frees the memory on the device.</summary>
            public void Dispose()
            {
                _scratch?.Dispose();
                _parameters.Dispose();
                _noLengths.Dispose();
            }

            private const int Threads = {{Services}}.GpuPlan.Threads;

            private const int StateFloats = {{backend.StateFloats}};

            private static bool IsTokensOuter(in {{Runtime}}.AttentionShape shape) => shape.Layout == {{Runtime}}.TensorLayout.BatchLengthHeadDim;

            private static long StatesLength(in {{Services}}.GpuPlan plan) => (long)plan.Heads * (plan.KeySpans + {{(backend.IsScan ? "plan.KeySpans" : "1")}}) * StateFloats;

            private static long GroupsLength(in {{Services}}.GpuPlan plan) => (long)plan.Heads * global::System.Math.Max(plan.KeySpans, plan.QuerySpans) * {{backend.ScratchFloats}};

            private static long ScratchLength(in {{Services}}.GpuPlan plan) => {{(backend.HasState ? "StatesLength(in plan) + " : "")}}GroupsLength(in plan) + 1;

            private {{Services}}.GpuPlan Plan(in {{Runtime}}.AttentionShape shape) => {{Services}}.GpuPlan.Create(
                in shape, _accelerator.NumMultiprocessors, keyTokens: {{Math.Max(1, backend.AccumulateTokens)}}, queryTokens: {{backend.OutputTokens}}, StateFloats, scratchFloats: {{backend.ScratchFloats}}, isScan: {{(backend.IsScan ? "true" : "false")}});

            private _Floats Scratch(in {{Services}}.GpuPlan plan)
            {
                var length = ScratchLength(in plan);
                if (_scratch is null || _scratch.Length < length)
                {
                    {{Services}}.GpuChecks.CheckMemory(_accelerator.Name, length * sizeof(float), _accelerator.MemorySize);
                    _scratch?.Dispose();
                    _scratch = null;
                    _scratch = _accelerator.Allocate1D<float>(length);
                    _Views.MemSetToZero(_scratch.View, _accelerator.DefaultStream);
                    _accelerator.DefaultStream.Synchronize();
                }

                return _scratch.View;
            }

            private _FloatBuffer Upload(global::System.ReadOnlySpan<float> numbers)
            {
                var buffer = _accelerator.Allocate1D<float>(global::System.Math.Max(1, numbers.Length));
                if (!numbers.IsEmpty)
                {
                    _Views.CopyFromCPU(buffer.View.SubView(0, numbers.Length), _accelerator.DefaultStream, numbers);
                }

                return buffer;
            }
            """);
        writer.Line();
        using (writer.Block($"private static void PackParameters({Runtime}.Projection? projection, global::System.ReadOnlySpan<float> hyperparameters, global::System.Span<float> packed)"))
        {
            backend.EmitPack(writer);
        }
    }
}
