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
        var forward = type.GetMethods().Where(method => method.Name == "Forward").ToList();
        _onArrays = forward.Single(method => method.GetParameters()[0].ParameterType == typeof(ReadOnlySpan<float>)).CreateDelegate<OnArrays>(_gpu);
        _onDevice = forward.Single(method => method.GetParameters()[0].ParameterType == typeof(AcceleratorStream)).CreateDelegate<OnDevice>(_gpu);
        _bytesOf = type.GetMethod("ScratchBytes")!.CreateDelegate<BytesOf>(_gpu);
    }

    private delegate void OnArrays(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> destination, in AttentionShape shape,
        ReadOnlySpan<int> keyLengths);

    private delegate void OnDevice(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> destination,
        in AttentionShape shape, ArrayView<int> keyLengths, ArrayView<float> logSumExp);

    private delegate long BytesOf(in AttentionShape shape);

    public Machine Machine { get; }

    /// <summary>The same layer on the CPU.</summary>
    public IAttention Attention { get; }

    public float[] Weights { get; }

    /// <summary>One head, from arrays.</summary>
    public float[] Forward(Inputs inputs)
    {
        var output = new float[inputs.Shape.QueryLength * _layer.ValueDim];
        output.AsSpan().Fill(float.NaN);
        _onArrays(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape, default);
        return output;
    }

    /// <summary>One head, on the device and a stream of its own.</summary>
    public (float[] Output, float[] LogSumExp) ForwardWithLogSumExp(Inputs inputs) => Forward(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, []);

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
        using var log = Upload(logSumExp);
        _onDevice(
            stream, View(q, query.Length), View(k, key.Length), View(v, value.Length), View(o, output.Length), shape, View(lengths, keyLengths.Length),
            View(log, rows));
        stream.Synchronize();
        if (rows > 0)
        {
            o.View.CopyToCPU(stream, output.AsSpan());
            log.View.CopyToCPU(stream, logSumExp.AsSpan());
            stream.Synchronize();
        }

        return (output, logSumExp);
    }

    public long ScratchBytes(in AttentionShape shape) => _bytesOf(shape);

    public void Dispose()
    {
        _gpu.Dispose();
        Machine.Dispose();
    }

    /// <summary>Buffers of 0 numbers do not exist.</summary>
    private MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] numbers)
        where T : unmanaged => Machine.Upload(numbers.Length == 0 ? new T[1] : numbers);

    private static ArrayView<T> View<T>(MemoryBuffer1D<T, Stride1D.Dense> buffer, int length)
        where T : unmanaged => buffer.View.SubView(0, length);
}
