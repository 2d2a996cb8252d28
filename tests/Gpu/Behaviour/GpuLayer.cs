using ILGPU;
using ILGPU.Runtime;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The GPU kernels of a layer on a machine of their own, beside its CPU kernels.</summary>
internal sealed class GpuLayer : IDisposable
{
    private readonly Layer _layer;
    private readonly IDisposable _gpu;
    private readonly OnArrays _onArrays;
    private readonly OnDevice _onDevice;
    private readonly BackwardOnArrays? _backwardOnArrays;
    private readonly BackwardOnDevice? _backwardOnDevice;
    private readonly ResultOf _resultOf;
    private readonly Func<GpuBackwardContext, ArrayView<float>> _logSumExpOf;
    private readonly BytesOf _bytesOf;

    public GpuLayer(Layer layer, int processors = 1)
        : this(layer, new Machine(processors))
    {
    }

    /// <param name="layer">The layer.</param>
    /// <param name="machine">Its own, disposed of with it.</param>
    public GpuLayer(Layer layer, Machine machine)
    {
        _layer = layer;
        Machine = machine;
        (Attention, Weights) = layer.Create();
        var type = layer.Type.GetNestedType("Gpu")!;
        _gpu = (IDisposable)Activator.CreateInstance(type, Attention, Machine.Accelerator)!;
        _onArrays = Call<OnArrays>("Forward", typeof(ReadOnlyTensorView).MakeByRefType())!;
        _onDevice = Call<OnDevice>("Forward", typeof(AcceleratorStream))!;
        _backwardOnArrays = Call<BackwardOnArrays>("Backward", typeof(ReadOnlyTensorView).MakeByRefType());
        _backwardOnDevice = Call<BackwardOnDevice>("Backward", typeof(AcceleratorStream));
        _resultOf = type.GetMethod("CreateContext")!.CreateDelegate<ResultOf>(_gpu);
        _logSumExpOf = type.GetMethod("LogSumExp")!.CreateDelegate<Func<GpuBackwardContext, ArrayView<float>>>(_gpu);
        _bytesOf = type.GetMethod("ScratchBytes")!.CreateDelegate<BytesOf>(_gpu);
        BackwardBytes = type.GetMethod("BackwardScratchBytes")?.CreateDelegate<BytesOf>(_gpu);

        T? Call<T>(string name, Type first)
            where T : Delegate => type.GetMethods()
                .SingleOrDefault(method => method.Name == name && method.GetParameters()[0].ParameterType == first)
                ?.CreateDelegate<T>(_gpu);
    }

    public delegate long BytesOf(AttentionShape shape);

    private delegate void OnArrays(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in TensorView destination,
        AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths);

    private delegate void OnDevice(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> destination,
        AttentionShape shape, ArrayView<int> keyLengths, ArrayView<int> queryLengths, GpuBackwardContext? result,
        TensorStrides queryStrides, TensorStrides keyStrides, TensorStrides valueStrides, TensorStrides destinationStrides);

    private delegate void BackwardOnArrays(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView outputGradient,
        in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient, AttentionShape shape,
        ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths, bool accumulate);

    private delegate void BackwardOnDevice(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> output,
        GpuBackwardContext result, ArrayView<float> outputGradient, ArrayView<float> queryGradient, ArrayView<float> keyGradient,
        ArrayView<float> valueGradient, AttentionShape shape, ArrayView<int> keyLengths, ArrayView<int> queryLengths, bool accumulate,
        TensorStrides queryStrides, TensorStrides keyStrides, TensorStrides valueStrides, TensorStrides outputStrides,
        TensorStrides outputGradientStrides, TensorStrides queryGradientStrides, TensorStrides keyGradientStrides,
        TensorStrides valueGradientStrides);

    private delegate GpuBackwardContext ResultOf(AttentionShape shape);

    public Machine Machine { get; }

    /// <summary>The same layer on the CPU.</summary>
    public IAttention Attention { get; }

    public float[] Weights { get; }

    /// <summary>One head, from arrays.</summary>
    public float[] Forward(Inputs inputs)
    {
        var output = new float[inputs.Shape.QueryLength * _layer.ValueDim];
        output.AsSpan().Fill(float.NaN);
        _onArrays(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, default, default);
        return output;
    }

    /// <summary>One head, on the device and a stream of its own.</summary>
    public (float[] Output, float[] LogSumExp) ForwardWithLogSumExp(Inputs inputs) =>
        Forward(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, []);

    public (float[] Output, float[] LogSumExp) Forward(float[] query, float[] key, float[] value, AttentionShape shape, int[] keyLengths)
    {
        var rows = shape.Batch * shape.Heads * shape.QueryLength;
        var (output, logSumExp) = (new float[rows * _layer.ValueDim], new float[rows]);
        using var stream = Machine.Accelerator.CreateStream();
        using var q = Upload(query);
        using var k = Upload(key);
        using var v = Upload(value);
        using var lengths = Upload(keyLengths);
        using var o = Upload(output);
        using var result = _resultOf(shape);
        _onDevice(
            stream, View(q, query.Length), View(k, key.Length), View(v, value.Length), View(o, output.Length), shape,
            View(lengths, keyLengths.Length), default, result, default, default, default, default);
        stream.Synchronize();
        if (rows > 0)
        {
            o.View.CopyToCPU(stream, output.AsSpan());
            _logSumExpOf(result).CopyToCPU(stream, logSumExp.AsSpan());
            stream.Synchronize();
        }

        return (output, logSumExp);
    }

    /// <summary>One head, from arrays.</summary>
    public Gradients<float> Backward(GradientInputs inputs)
    {
        var of = inputs.Inputs;
        var gradients = Unset(of.Query.Length, of.Key.Length, of.Value.Length);
        _backwardOnArrays!(
            of.Query, of.Key, of.Value, inputs.Upstream, gradients.Query, gradients.Key, gradients.Value, of.Shape, default,
            default, false);
        return gradients;
    }

    /// <summary>On the device and a stream of its own, after the forward pass.</summary>
    /// <param name="addTo">What the gradients are added to; null: they overwrite NaN.</param>
    public Gradients<float> Backward(
        float[] query, float[] key, float[] value, float[] upstream, AttentionShape shape, int[] keyLengths, Gradients<float>? addTo = null)
    {
        var gradients = addTo ?? Unset(query.Length, key.Length, value.Length);
        using var stream = Machine.Accelerator.CreateStream();
        using var q = Upload(query);
        using var k = Upload(key);
        using var v = Upload(value);
        using var lengths = Upload(keyLengths);
        using var o = Upload(new float[upstream.Length]);
        using var g = Upload(upstream);
        using var dq = Upload(gradients.Query);
        using var dk = Upload(gradients.Key);
        using var dv = Upload(gradients.Value);
        using var result = _resultOf(shape);
        var (queries, keys, values, output, counts) = (
            View(q, query.Length), View(k, key.Length), View(v, value.Length), View(o, upstream.Length), View(lengths, keyLengths.Length));
        _onDevice(stream, queries, keys, values, output, shape, counts, default, result, default, default, default, default);
        _backwardOnDevice!(
            stream, queries, keys, values, output, result, View(g, upstream.Length), View(dq, query.Length), View(dk, key.Length),
            View(dv, value.Length), shape, counts, default, addTo is not null, default, default, default, default, default, default,
            default, default);
        stream.Synchronize();
        return new Gradients<float>(Download(dq, query.Length), Download(dk, key.Length), Download(dv, value.Length));
    }

    /// <summary>On the device and a stream of its own; what is written is in the memory of its tensors then.</summary>
    public void Run(DeviceCall call)
    {
        using var stream = Machine.Accelerator.CreateStream();
        var buffers = call.Tensors.Select(tensor => tensor.Memory).Distinct().ToDictionary(memory => memory, Upload);
        using var keys = Upload(call.KeyLengths);
        using var queries = Upload(call.QueryLengths);
        using var result = _resultOf(call.Shape);
        var (keyLengths, queryLengths) = (View(keys, call.KeyLengths.Length), View(queries, call.QueryLengths.Length));
        _onDevice(
            stream, Of(call.Query), Of(call.Key), Of(call.Value), Of(call.Output), call.Shape, keyLengths, queryLengths, result,
            call.Query.Strides, call.Key.Strides, call.Value.Strides, call.Output.Strides);
        if (call.Upstream is { } upstream)
        {
            _backwardOnDevice!(
                stream, Of(call.Query), Of(call.Key), Of(call.Value), Of(call.Output), result, Of(upstream), Of(call.QueryGradient),
                Of(call.KeyGradient), Of(call.ValueGradient), call.Shape, keyLengths, queryLengths, call.Accumulate, call.Query.Strides,
                call.Key.Strides, call.Value.Strides, call.Output.Strides, upstream.Strides, call.QueryGradient.Strides,
                call.KeyGradient.Strides, call.ValueGradient.Strides);
        }

        stream.Synchronize();
        foreach (var memory in call.Written.Select(tensor => tensor.Memory).Distinct())
        {
            Download(buffers[memory], memory.Length).CopyTo(memory, 0);
        }

        foreach (var buffer in buffers.Values)
        {
            buffer.Dispose();
        }

        ArrayView<float> Of(DeviceTensor tensor) =>
            tensor.Memory.Length == 0 ? View(buffers[tensor.Memory], 0)
            : buffers[tensor.Memory].View.SubView(tensor.Start, tensor.Memory.Length - tensor.Start);
    }

    /// <summary>The same from tensors of the CPU.</summary>
    public void RunFromCpu(DeviceCall call)
    {
        if (call.Upstream is { } upstream)
        {
            _backwardOnArrays!(
                Read(call.Query), Read(call.Key), Read(call.Value), Read(upstream), Written(call.QueryGradient), Written(call.KeyGradient),
                Written(call.ValueGradient), call.Shape, call.KeyLengths, call.QueryLengths, call.Accumulate);
        }

        _onArrays(
            Read(call.Query), Read(call.Key), Read(call.Value), Written(call.Output), call.Shape, call.KeyLengths, call.QueryLengths);

        static ReadOnlyTensorView Read(DeviceTensor tensor) => Written(tensor);

        static TensorView Written(DeviceTensor tensor) =>
            new(tensor.Memory.AsSpan(tensor.Start), tensor.Strides);
    }

    /// <summary>Forward and backward passes of one head each, on a stream each, which are waited for in the end.</summary>
    public Gradients<float>[] BackwardOnStreams(GradientInputs[] calls)
    {
        var owned = new Stack<IDisposable>();
        var pending = calls.Select(call =>
        {
            var of = call.Inputs;
            var stream = Own(Machine.Accelerator.CreateStream());
            var result = Own(_resultOf(of.Shape));
            var (queries, keys, values) = (View(Own(Upload(of.Query)), of.Query.Length), View(Own(Upload(of.Key)), of.Key.Length),
                View(Own(Upload(of.Value)), of.Value.Length));
            var (output, upstream) = (View(Own(Upload(new float[call.Upstream.Length])), call.Upstream.Length),
                View(Own(Upload(call.Upstream)), call.Upstream.Length));
            var (dq, dk, dv) = (Own(Upload(new float[of.Query.Length])), Own(Upload(new float[of.Key.Length])),
                Own(Upload(new float[of.Value.Length])));
            return (Launch: (Action)(() =>
            {
                _onDevice(stream, queries, keys, values, output, of.Shape, default, default, result, default, default, default, default);
                _backwardOnDevice!(
                    stream, queries, keys, values, output, result, upstream, View(dq, of.Query.Length), View(dk, of.Key.Length),
                    View(dv, of.Value.Length), of.Shape, default, default, false, default, default, default, default, default, default,
                    default, default);
            }), dq, dk, dv);
        }).ToList();
        pending.ForEach(call => call.Launch());
        foreach (var stream in owned.OfType<AcceleratorStream>())
        {
            stream.Synchronize();
        }

        var gradients = pending.Select(call => new Gradients<float>(call.dq.GetAsArray1D(), call.dk.GetAsArray1D(), call.dv.GetAsArray1D()))
            .ToArray();
        foreach (var one in owned)
        {
            one.Dispose();
        }

        return gradients;

        T Own<T>(T one)
            where T : IDisposable
        {
            owned.Push(one);
            return one;
        }
    }

    /// <summary>The scratch memory of a backward call; null where the layer has none.</summary>
    public BytesOf? BackwardBytes { get; }

    public long ScratchBytes(AttentionShape shape) => _bytesOf(shape);

    public void Dispose()
    {
        _gpu.Dispose();
        Machine.Dispose();
    }

    /// <summary>Buffers of 0 numbers do not exist.</summary>
    private MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] numbers)
        where T : unmanaged => Machine.Upload(numbers.Length == 0 ? new T[1] : numbers);

    private static float[] Download(MemoryBuffer1D<float, Stride1D.Dense> buffer, int length) =>
        buffer.GetAsArray1D().AsSpan(0, length).ToArray();

    private static Gradients<float> Unset(int query, int key, int value)
    {
        var gradients = new Gradients<float>(new float[query], new float[key], new float[value]);
        foreach (var gradient in new[] { gradients.Query, gradients.Key, gradients.Value })
        {
            gradient.AsSpan().Fill(float.NaN);
        }

        return gradients;
    }

    private static ArrayView<T> View<T>(MemoryBuffer1D<T, Stride1D.Dense> buffer, int length)
        where T : unmanaged => buffer.View.SubView(0, length);
}
