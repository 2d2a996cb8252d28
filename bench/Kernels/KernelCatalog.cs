namespace KernelGen.Bench.Kernels;

/// <summary>The declarations under measurement.</summary>
public static class KernelCatalog
{
    public const string Softmax = "favor-softmax", Hyperbolic = "favor-hyperbolic", Relu = "favor-relu", Hadamard = "favor-hadamard",
        Oprf = "favor-oprf", Gelu = "favor-gelu", Exact = "exact-softmax";

    public const ulong Seed = 20260101;

    public static IReadOnlyList<BenchKernel> All { get; } =
    [
        Favor(Softmax, causal: false, typeof(FavorSoftmax), () => new FavorSoftmax(Seed)),
        Favor(Softmax, causal: true, typeof(FavorSoftmaxCausal), () => new FavorSoftmaxCausal(Seed)),
        Favor(Hyperbolic, causal: false, typeof(FavorHyperbolic), () => new FavorHyperbolic(Seed)),
        Favor(Hyperbolic, causal: true, typeof(FavorHyperbolicCausal), () => new FavorHyperbolicCausal(Seed)),
        Favor(Relu, causal: false, typeof(FavorRelu), () => new FavorRelu(Seed)),
        Favor(Relu, causal: true, typeof(FavorReluCausal), () => new FavorReluCausal(Seed)),
        Favor(Hadamard, causal: false, typeof(FavorHadamard), () => new FavorHadamard(Seed)),
        Favor(Hadamard, causal: true, typeof(FavorHadamardCausal), () => new FavorHadamardCausal(Seed)),
        Favor(Oprf, causal: false, typeof(FavorOprf), () => new FavorOprf(Seed)),
        Favor(Gelu, causal: false, typeof(FavorGelu), () => new FavorGelu(Seed)),
        new(Exact, Causal: false, 2048, ExactSoftmax.HeadDim, 0, typeof(ExactSoftmax), () => new ExactSoftmax()),
        new(Exact, Causal: true, 2048, ExactSoftmaxCausal.HeadDim, 0, typeof(ExactSoftmaxCausal), () => new ExactSoftmaxCausal()),
    ];

    public static BenchKernel Find(string name, bool causal) => All.Single(kernel => kernel.Name == name && kernel.Causal == causal);

    private static BenchKernel Favor(string name, bool causal, Type type, Func<IAttention> create) =>
        new(name, causal, 4096, FavorSoftmax.HeadDim, FavorSoftmax.Features, type, create);
}
