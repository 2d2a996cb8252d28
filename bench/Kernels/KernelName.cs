namespace KernelGen.Bench.Kernels;

/// <summary>What the declarations under measurement are called in reports, both directions of sight alike.</summary>
public static class KernelName
{
    public const string Softmax = "favor-softmax", Hyperbolic = "favor-hyperbolic", Relu = "favor-relu", Hadamard = "favor-hadamard",
        Oprf = "favor-oprf", Gelu = "favor-gelu", Exact = "exact-softmax";
}
