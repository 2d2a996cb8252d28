namespace KernelGen.Bench.Kernels;

/// <summary>One declaration under measurement.</summary>
/// <param name="Name">The kernel's name in reports.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
/// <param name="Length">The tokens that it is measured at unless something else is said.</param>
/// <param name="HeadDim">d, also the value dim.</param>
/// <param name="Features">m, the random features; 0 for exact attention.</param>
/// <param name="Type">The generated type.</param>
/// <param name="Create">Makes an instance, the same one each time.</param>
public sealed record BenchKernel(
    string Name, bool Causal, int Length, int HeadDim, int Features, Type Type, Func<IAttention> Create)
{
    /// <summary>Of the projections of all kernels.</summary>
    public const ulong Seed = 20260101;

    /// <summary>The length that kernels with so many features are measured at.</summary>
    public static int LengthOf(int features) => features == 0 ? 2048 : 4096;

    /// <summary>
    /// The nominal floating-point operations of the forward pass of one head. Exponentials and the extra work of a chunked causal scan do
    /// not count, so figures of different implementations compare.
    /// </summary>
    public double FlopsPerHead(int length, Direction direction = Direction.Forward) => direction switch
    {
        Direction.Forward => Forward(length),
        Direction.Backward => Backward(length),
        _ => Forward(length) + Backward(length),
    };

    /// <summary>Name and direction of sight, as they stand in tables and progress lines.</summary>
    public override string ToString() => $"{Name}, {(Causal ? "causal" : "bidirectional")}";

    /// <summary>
    /// Products of length × features × head dim (see generator/Families/README.md): 8, or 11 where two scans are needed; two products fewer
    /// with half as many projections; of a Hadamard layer those with Wᵀ are transforms. Of exact attention the 5 products of
    /// length × length × head dim that a backward pass cannot do without.
    /// </summary>
    private double Backward(int length)
    {
        var product = 2.0 * length * Features * HeadDim;
        return Name switch
        {
            KernelName.Exact => (Causal ? 5.0 : 10.0) * length * length * HeadDim,
            KernelName.Hyperbolic => (Causal ? 8 : 6) * product,
            KernelName.Hadamard => ((Causal ? 8 : 6) * product) + ((Causal ? 3 : 2) * 3.0 * length * Features * Math.Log2(HeadDim)),
            _ => (Causal ? 11 : 8) * product,
        };
    }

    private double Forward(int length) => Name switch
    {
        KernelName.Exact => (Causal ? 2.0 : 4.0) * length * length * HeadDim,
        // Three rounds of log2 d additions a feature, for queries and keys, take the place of the projections.
        KernelName.Hadamard => (4.0 * length * Features * HeadDim) + (6.0 * length * Features * Math.Log2(HeadDim)),
        KernelName.Hyperbolic => 6.0 * length * Features * HeadDim,
        _ => 8.0 * length * Features * HeadDim,
    };
}
