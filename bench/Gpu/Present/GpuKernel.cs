using ILGPU;
using ILGPU.Runtime;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Gpu;

/// <summary>
/// A declaration under measurement on a GPU. The nested classes are types of their own, so their members come as delegates.
/// </summary>
internal sealed record GpuKernel(BenchKernel Kernel, Precision Precision, Func<Accelerator, GpuKernel.Loaded> Load)
{
    public static IReadOnlyList<GpuKernel> All { get; } =
    [
        Of(
            causal: false, Precision.Float32, seed => new FavorSoftmax(seed),
            (layer, accelerator) => new FavorSoftmax.Gpu(layer, accelerator),
            gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext, gpu.ScratchBytes, gpu.BackwardScratchBytes)),
        Of(
            causal: true, Precision.Float32, seed => new FavorSoftmaxCausal(seed),
            (layer, accelerator) => new FavorSoftmaxCausal.Gpu(layer, accelerator),
            gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext, gpu.ScratchBytes, gpu.BackwardScratchBytes)),
        Of(
            causal: false, Precision.TensorFloat32, seed => new TensorSoftmax(seed),
            (layer, accelerator) => new TensorSoftmax.Gpu(layer, accelerator),
            gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext, gpu.ScratchBytes, gpu.BackwardScratchBytes)),
        Of(
            causal: true, Precision.TensorFloat32, seed => new TensorSoftmaxCausal(seed),
            (layer, accelerator) => new TensorSoftmaxCausal.Gpu(layer, accelerator),
            gpu => new(gpu, gpu.Forward, gpu.Backward, gpu.CreateContext, gpu.ScratchBytes, gpu.BackwardScratchBytes)),
    ];

    /// <summary>The largest difference to the CPU that the precision explains.</summary>
    public double LargestDisagreement => Precision == Precision.TensorFloat32 ? 2e-3 : 1e-3;

    /// <summary>The precision's name in tables.</summary>
    public string PrecisionName => Precision == Precision.TensorFloat32 ? "tf32" : "float32";

    /// <summary>Kernel and precision, as they stand in progress lines.</summary>
    public override string ToString() => $"{Kernel}, {PrecisionName}";

    private static GpuKernel Of<TLayer, TGpu>(
        bool causal, Precision precision, Func<ulong, TLayer> create, Func<TLayer, Accelerator, TGpu> toDevice, Func<TGpu, Loaded> calls)
        where TLayer : IAttention => new(
            KernelCatalog.Find(KernelName.Softmax, causal) with { Type = typeof(TLayer), Create = () => create(BenchKernel.Seed) },
            precision,
            accelerator => calls(toDevice(create(BenchKernel.Seed), accelerator)));

    public delegate void ForwardCall(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> destination,
        AttentionShape shape, ArrayView<int> keyLengths, ArrayView<int> queryLengths, GpuBackwardContext? result,
        TensorStrides queryStrides = default, TensorStrides keyStrides = default, TensorStrides valueStrides = default,
        TensorStrides destinationStrides = default);

    public delegate void BackwardCall(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> output,
        GpuBackwardContext result, ArrayView<float> outputGradient, ArrayView<float> queryGradient, ArrayView<float> keyGradient,
        ArrayView<float> valueGradient, AttentionShape shape, ArrayView<int> keyLengths, ArrayView<int> queryLengths, bool accumulate,
        TensorStrides queryStrides = default, TensorStrides keyStrides = default, TensorStrides valueStrides = default,
        TensorStrides outputStrides = default, TensorStrides outputGradientStrides = default, TensorStrides queryGradientStrides = default,
        TensorStrides keyGradientStrides = default, TensorStrides valueGradientStrides = default);

    public delegate GpuBackwardContext ResultCall(AttentionShape shape);

    public delegate long ScratchCall(AttentionShape shape);

    /// <summary>The kernels on a device.</summary>
    internal sealed record Loaded(
        IDisposable Gpu, ForwardCall Forward, BackwardCall Backward, ResultCall CreateContext, ScratchCall ScratchBytes,
        ScratchCall BackwardScratchBytes) : IDisposable
    {
        public void Dispose() => Gpu.Dispose();
    }
}
