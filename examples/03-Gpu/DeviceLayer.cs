using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The nested class Gpu of any layer: they are types of their own with the same members.</summary>
/// <param name="gpu">What to dispose of.</param>
/// <param name="forward">Its Forward on views of the device.</param>
internal sealed class DeviceLayer(IDisposable gpu, DeviceLayer.ForwardCall forward) : IDisposable
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
        ArrayView<float> logSumExp);

    /// <summary>Queues a call on tensors of the device.</summary>
    public void Queue(AcceleratorStream stream, DeviceTensors tensors, in AttentionShape shape) =>
        forward(stream, tensors.Query, tensors.Key, tensors.Value, tensors.Output, in shape, default, default);

    /// <inheritdoc/>
    public void Dispose() => gpu.Dispose();
}
