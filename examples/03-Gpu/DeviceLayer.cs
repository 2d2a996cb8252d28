using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The nested class Gpu of any layer: they are types of their own with the same members.</summary>
/// <param name="gpu">What to dispose of.</param>
/// <param name="forward">Its Forward on views of the device.</param>
/// <param name="backward">Its Backward on views of the device.</param>
/// <param name="createResult">Its CreateContext.</param>
internal sealed class DeviceLayer(
    IDisposable gpu, DeviceLayer.ForwardCall forward, DeviceLayer.BackwardCall backward, DeviceLayer.ResultCall createResult) : IDisposable
{
    /// <summary>Forward on views of the device.</summary>
    public delegate void ForwardCall(
        AcceleratorStream stream,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> destination,
        AttentionShape shape,
        ArrayView<int> keyLengths,
        ArrayView<int> queryLengths,
        GpuBackwardContext? context,
        TensorStrides queryStrides = default,
        TensorStrides keyStrides = default,
        TensorStrides valueStrides = default,
        TensorStrides destinationStrides = default);

    /// <summary>Backward on views of the device.</summary>
    public delegate void BackwardCall(
        AcceleratorStream stream,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> output,
        GpuBackwardContext context,
        ArrayView<float> outputGradient,
        ArrayView<float> queryGradient,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient,
        AttentionShape shape,
        ArrayView<int> keyLengths,
        ArrayView<int> queryLengths,
        bool accumulate,
        TensorStrides queryStrides = default,
        TensorStrides keyStrides = default,
        TensorStrides valueStrides = default,
        TensorStrides outputStrides = default,
        TensorStrides outputGradientStrides = default,
        TensorStrides queryGradientStrides = default,
        TensorStrides keyGradientStrides = default,
        TensorStrides valueGradientStrides = default);

    /// <summary>CreateContext.</summary>
    public delegate GpuBackwardContext ResultCall(AttentionShape shape);

    /// <summary>Memory for what a forward call keeps.</summary>
    public GpuBackwardContext CreateContext(AttentionShape shape) => createResult(shape);

    /// <summary>Queues a forward call on tensors of the device.</summary>
    public void QueueForward(AcceleratorStream stream, DeviceTensors tensors, AttentionShape shape, GpuBackwardContext? context = null) =>
        forward(stream, tensors.Query, tensors.Key, tensors.Value, tensors.Output, shape, default, default, context);

    /// <summary>Queues a backward call, of a loss whose gradient by the outputs is the values: any numbers of that size.</summary>
    public void QueueBackward(AcceleratorStream stream, DeviceTensors tensors, AttentionShape shape, GpuBackwardContext context) =>
        backward(
            stream, tensors.Query, tensors.Key, tensors.Value, tensors.Output, context, outputGradient: tensors.Value, tensors.Gradients[0],
            tensors.Gradients[1], tensors.Gradients[2], shape, default, default, accumulate: false);

    /// <inheritdoc/>
    public void Dispose() => gpu.Dispose();
}
