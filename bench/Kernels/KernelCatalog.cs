namespace KernelGen.Bench.Kernels;

/// <summary>The declarations under measurement.</summary>
public static class KernelCatalog
{
    public static IReadOnlyList<BenchKernel> All { get; } =
    [
        Favor(KernelName.Softmax, causal: false, typeof(FavorSoftmax), () => new FavorSoftmax(BenchKernel.Seed)),
        Favor(KernelName.Softmax, causal: true, typeof(FavorSoftmaxCausal), () => new FavorSoftmaxCausal(BenchKernel.Seed)),
        Favor(KernelName.Hyperbolic, causal: false, typeof(FavorHyperbolic), () => new FavorHyperbolic(BenchKernel.Seed)),
        Favor(KernelName.Hyperbolic, causal: true, typeof(FavorHyperbolicCausal), () => new FavorHyperbolicCausal(BenchKernel.Seed)),
        Favor(KernelName.Relu, causal: false, typeof(FavorRelu), () => new FavorRelu(BenchKernel.Seed)),
        Favor(KernelName.Relu, causal: true, typeof(FavorReluCausal), () => new FavorReluCausal(BenchKernel.Seed)),
        Favor(KernelName.Hadamard, causal: false, typeof(FavorHadamard), () => new FavorHadamard(BenchKernel.Seed)),
        Favor(KernelName.Hadamard, causal: true, typeof(FavorHadamardCausal), () => new FavorHadamardCausal(BenchKernel.Seed)),
        Favor(KernelName.Oprf, causal: false, typeof(FavorOprf), () => new FavorOprf(BenchKernel.Seed)),
        Favor(KernelName.Gelu, causal: false, typeof(FavorGelu), () => new FavorGelu(BenchKernel.Seed)),
        Exact(causal: false, typeof(ExactSoftmax), () => new ExactSoftmax()),
        Exact(causal: true, typeof(ExactSoftmaxCausal), () => new ExactSoftmaxCausal()),
    ];

    public static BenchKernel Find(string name, bool causal) => All.Single(kernel => kernel.Name == name && kernel.Causal == causal);

    private static BenchKernel Favor(string name, bool causal, Type type, Func<IAttention> create) =>
        new(name, causal, BenchKernel.LengthOf(FavorSoftmax.Features), FavorSoftmax.HeadDim, FavorSoftmax.Features, type, create);

    private static BenchKernel Exact(bool causal, Type type, Func<IAttention> create) =>
        new(KernelName.Exact, causal, BenchKernel.LengthOf(features: 0), ExactSoftmax.HeadDim, 0, type, create);
}
