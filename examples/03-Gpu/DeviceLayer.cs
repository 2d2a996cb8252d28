using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The nested class Gpu of any layer: they are types of their own with the same members.</summary>
/// <param name="gpu">What to dispose of.</param>
/// <param name="forward">Its Forward on views of the device.</param>
/// <param name="backward">Its Backward on views of the device.</param>
/// <param name="createResult">Its CreateResult.</param>
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
        in AttentionShape shape,
        ArrayView<int> keyLengths,
        GpuResult? result);

    /// <summary>Backward on views of the device.</summary>
    public delegate void BackwardCall(
        AcceleratorStream stream,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> output,
        GpuResult result,
        ArrayView<float> outputGradient,
        ArrayView<float> queryGradient,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient,
        in AttentionShape shape,
        ArrayView<int> keyLengths,
        bool accumulate);

    /// <summary>CreateResult.</summary>
    public delegate GpuResult ResultCall(in AttentionShape shape);

    /// <summary>Memory for what a forward call keeps.</summary>
    public GpuResult CreateResult(in AttentionShape shape) => createResult(in shape);

    /// <summary>Queues a forward call on tensors of the device.</summary>
    public void QueueForward(AcceleratorStream stream, DeviceTensors tensors, in AttentionShape shape, GpuResult? result = null) =>
        forward(stream, tensors.Query, tensors.Key, tensors.Value, tensors.Output, in shape, default, result);

    /// <summary>Queues a backward call, of a loss whose gradient by the outputs is the values: any numbers of that size.</summary>
    public void QueueBackward(AcceleratorStream stream, DeviceTensors tensors, in AttentionShape shape, GpuResult result) =>
        backward(
            stream, tensors.Query, tensors.Key, tensors.Value, tensors.Output, result, outputGradient: tensors.Value, tensors.Gradients[0],
            tensors.Gradients[1], tensors.Gradients[2], in shape, default, accumulate: false);

    /// <inheritdoc/>
    public void Dispose() => gpu.Dispose();
}
