using ILGPU;
using ILGPU.Runtime;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Gpu;

/// <summary>A declaration under measurement on a GPU. The nested classes are types of their own, so their members come as delegates.</summary>
internal sealed record GpuKernel(BenchKernel Kernel, Func<Accelerator, GpuKernel.Loaded> Load)
{
    public static IReadOnlyList<GpuKernel> All { get; } =
    [
        new(KernelCatalog.Find(KernelCatalog.Softmax, causal: false), accelerator =>
        {
            var gpu = new FavorSoftmax.Gpu((FavorSoftmax)KernelCatalog.Find(KernelCatalog.Softmax, causal: false).Create(), accelerator);
            return new Loaded(gpu, gpu.Forward, gpu.ScratchBytes);
        }),
        new(KernelCatalog.Find(KernelCatalog.Softmax, causal: true), accelerator =>
        {
            var gpu = new FavorSoftmaxCausal.Gpu((FavorSoftmaxCausal)KernelCatalog.Find(KernelCatalog.Softmax, causal: true).Create(), accelerator);
            return new Loaded(gpu, gpu.Forward, gpu.ScratchBytes);
        }),
    ];

    public delegate void ForwardCall(
        AcceleratorStream stream, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> destination,
        in AttentionShape shape, ArrayView<int> keyLengths, ArrayView<float> logSumExp);

    public delegate long ScratchCall(in AttentionShape shape);

    /// <summary>The kernels on a device.</summary>
    internal sealed record Loaded(IDisposable Gpu, ForwardCall Forward, ScratchCall ScratchBytes) : IDisposable
    {
        public void Dispose() => Gpu.Dispose();
    }
}
