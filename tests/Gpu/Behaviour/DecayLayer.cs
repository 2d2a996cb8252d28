using ILGPU;
using ILGPU.Runtime;
using KernelGen.Tests.Decay;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The GPU kernels of a layer whose sums fade, on a machine of their own, beside its CPU kernels.</summary>
internal sealed class DecayLayer : IDisposable
{
    // Of a layer whose heads have constants: its calls are those of other layers.
    private readonly GpuLayer? _plain;
    private readonly IAttention _attention;
    private readonly IDisposable? _gpu;
    private readonly Machine? _machine;
    private readonly OnArrays? _onArrays;
    private readonly OnDevice? _onDevice;
    private readonly BackwardOnArrays? _backwardOnArrays;
    private readonly BackwardOnDevice? _backwardOnDevice;
    private readonly Func<AttentionShape, GpuBackwardContext>? _contextOf;

    public DecayLayer(Layer layer, int processors = 2)
    {
        var type = layer.Type.GetNestedType("Gpu")!;
        if (!layer.Type.IsAssignableTo(typeof(IFadingAttention)))
        {
            _plain = new GpuLayer(layer, processors);
            _attention = _plain.Attention;
            Bytes = _plain.ScratchBytes;
            BackwardBytes = shape => _plain.BackwardBytes!(shape);
            return;
        }

        _machine = new Machine(processors);
        _attention = layer.Create().Attention;
        _gpu = (IDisposable)Activator.CreateInstance(type, _attention, _machine.Accelerator)!;
        _onArrays = Call<OnArrays>("Forward", typeof(ReadOnlyTensorView).MakeByRefType());
        _onDevice = Call<OnDevice>("Forward", typeof(AcceleratorStream));
        _backwardOnArrays = Call<BackwardOnArrays>("Backward", typeof(ReadOnlyTensorView).MakeByRefType());
        _backwardOnDevice = Call<BackwardOnDevice>("Backward", typeof(AcceleratorStream));
        _contextOf = type.GetMethod("CreateContext")!.CreateDelegate<Func<AttentionShape, GpuBackwardContext>>(_gpu);
        Bytes = type.GetMethod("ScratchBytes")!.CreateDelegate<Func<AttentionShape, long>>(_gpu);
        BackwardBytes = type.GetMethod("BackwardScratchBytes")!.CreateDelegate<Func<AttentionShape, long>>(_gpu);

        T Call<T>(string name, Type first)
            where T : Delegate => type.GetMethods()
                .Single(method => method.Name == name && method.GetParameters()[0].ParameterType == first).CreateDelegate<T>(_gpu);
    }

    private delegate void OnArrays(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
        in TensorView destination, AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths);

    private delegate void OnDevice(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> logDecay,
        ArrayView<float> destination, AttentionShape shape, ArrayView<int> keyLengths, ArrayView<int> queryLengths,
        GpuBackwardContext? context, TensorStrides queryStrides, TensorStrides keyStrides, TensorStrides valueStrides,
        TensorStrides logDecayStrides, TensorStrides destinationStrides);

    private delegate void BackwardOnArrays(
        in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView logDecay,
        in ReadOnlyTensorView outputGradient, in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient,
        in TensorView logDecayGradient, AttentionShape shape, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths,
        bool accumulate);

    private delegate void BackwardOnDevice(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> logDecay,
        ArrayView<float> output, GpuBackwardContext context, ArrayView<float> outputGradient, ArrayView<float> queryGradient,
        ArrayView<float> keyGradient, ArrayView<float> valueGradient, ArrayView<float> logDecayGradient, AttentionShape shape,
        ArrayView<int> keyLengths, ArrayView<int> queryLengths, bool accumulate, TensorStrides queryStrides, TensorStrides keyStrides,
        TensorStrides valueStrides, TensorStrides logDecayStrides, TensorStrides outputStrides, TensorStrides outputGradientStrides,
        TensorStrides queryGradientStrides, TensorStrides keyGradientStrides, TensorStrides valueGradientStrides,
        TensorStrides logDecayGradientStrides);

    public Func<AttentionShape, long> Bytes { get; }

    public Func<AttentionShape, long> BackwardBytes { get; }

    /// <summary>On the CPU.</summary>
    public void RunOnCpu(DecayCall decay)
    {
        var call = decay.Call;
        using var context = new BackwardContext();
        ForwardOptions options = new() { Context = context, KeyLengths = call.KeyLengths, QueryLengths = call.QueryLengths };
        BackwardOptions backward = new() { Accumulate = call.Accumulate };
        if (_attention is IFadingAttention fading)
        {
            fading.Forward(Of(call.Query), Of(call.Key), Of(call.Value), Of(decay.LogDecay), Of(call.Output), call.Shape, options);
            fading.Backward(
                Of(call.Query), Of(call.Key), Of(call.Value), Of(decay.LogDecay), Of(call.Output), context, Of(call.Upstream!),
                Of(call.QueryGradient), Of(call.KeyGradient), Of(call.ValueGradient), Of(decay.LogDecayGradient), call.Shape, backward);
            return;
        }

        _attention.Forward(Of(call.Query), Of(call.Key), Of(call.Value), Of(call.Output), call.Shape, options);
        ((IDifferentiableAttention)_attention).Backward(
            Of(call.Query), Of(call.Key), Of(call.Value), Of(call.Output), context, Of(call.Upstream!), Of(call.QueryGradient),
            Of(call.KeyGradient), Of(call.ValueGradient), call.Shape, backward);
    }

    /// <summary>On the device, from tensors of the CPU.</summary>
    public void RunFromCpu(DecayCall decay)
    {
        var call = decay.Call;
        if (_plain is not null)
        {
            _plain.RunFromCpu(call);
            return;
        }

        _backwardOnArrays!(
            Of(call.Query), Of(call.Key), Of(call.Value), Of(decay.LogDecay), Of(call.Upstream!), Of(call.QueryGradient),
            Of(call.KeyGradient), Of(call.ValueGradient), Of(decay.LogDecayGradient), call.Shape, call.KeyLengths, call.QueryLengths,
            call.Accumulate);
        _onArrays!(
            Of(call.Query), Of(call.Key), Of(call.Value), Of(decay.LogDecay), Of(call.Output), call.Shape, call.KeyLengths,
            call.QueryLengths);
    }

    /// <summary>On the device, from views.</summary>
    /// <param name="decay">The call.</param>
    /// <param name="stream">Its stream; null: one of its own.</param>
    public void Run(DecayCall decay, AcceleratorStream? stream = null)
    {
        var call = decay.Call;
        if (_plain is not null)
        {
            _plain.Run(call);
            return;
        }

        using var own = stream is null ? _machine!.Accelerator.CreateStream() : null;
        stream ??= own!;
        DeviceTensor[] tensors = [.. call.Tensors, decay.LogDecay, decay.LogDecayGradient];
        var buffers = tensors.Select(tensor => tensor.Memory).Distinct().ToDictionary(memory => memory, Upload);
        using var keys = Upload(call.KeyLengths);
        using var queries = Upload(call.QueryLengths);
        using var context = _contextOf!(call.Shape);
        var (keyLengths, queryLengths) =
            (keys.View.SubView(0, call.KeyLengths.Length), queries.View.SubView(0, call.QueryLengths.Length));
        _onDevice!(
            stream, On(call.Query), On(call.Key), On(call.Value), On(decay.LogDecay), On(call.Output), call.Shape, keyLengths,
            queryLengths, context, call.Query.Strides, call.Key.Strides, call.Value.Strides, decay.LogDecay.Strides, call.Output.Strides);
        _backwardOnDevice!(
            stream, On(call.Query), On(call.Key), On(call.Value), On(decay.LogDecay), On(call.Output), context, On(call.Upstream!),
            On(call.QueryGradient), On(call.KeyGradient), On(call.ValueGradient), On(decay.LogDecayGradient), call.Shape, keyLengths,
            queryLengths, call.Accumulate, call.Query.Strides, call.Key.Strides, call.Value.Strides, decay.LogDecay.Strides,
            call.Output.Strides, call.Upstream!.Strides, call.QueryGradient.Strides, call.KeyGradient.Strides, call.ValueGradient.Strides,
            decay.LogDecayGradient.Strides);
        stream.Synchronize();
        foreach (var (_, memory) in decay.Written)
        {
            buffers[memory].GetAsArray1D().AsSpan(0, memory.Length).CopyTo(memory);
        }

        foreach (var buffer in buffers.Values)
        {
            buffer.Dispose();
        }

        ArrayView<float> On(DeviceTensor tensor) => tensor.Memory.Length == 0
            ? buffers[tensor.Memory].View.SubView(0, 0)
            : buffers[tensor.Memory].View.SubView(tensor.Start, tensor.Memory.Length - tensor.Start);
    }

    public AcceleratorStream CreateStream() => _machine!.Accelerator.CreateStream();

    public void Dispose()
    {
        _plain?.Dispose();
        _gpu?.Dispose();
        _machine?.Dispose();
    }

    /// <summary>Buffers of 0 numbers do not exist.</summary>
    private MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] numbers)
        where T : unmanaged => _machine!.Upload(numbers.Length == 0 ? new T[1] : numbers);

    private static TensorView Of(DeviceTensor tensor) => new(tensor.Memory.AsSpan(tensor.Start), tensor.Strides);
}
