using System.Globalization;
using KernelGen.Generator.Specs;

namespace KernelGen.Generator.Families.Favor;

/// <summary>What one [FavorAttention] declares.</summary>
/// <param name="Kernel">The kernel function that the feature map estimates.</param>
/// <param name="HeadDim">d.</param>
/// <param name="ValueDim">dv.</param>
/// <param name="Features">m; even for the hyperbolic map.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
/// <param name="Epsilon">ε of the ReLU kernel; 0 for the others, whatever the user wrote, so that equal layers have equal specs.</param>
internal sealed record FavorSpec(KernelFunction Kernel, int HeadDim, int ValueDim, int Features, bool Causal, float Epsilon)
    : AttentionSpec(HeadDim, ValueDim, Features, Causal)
{
    /// <summary>Half of m where each projection makes the pair exp(±ω_rᵀx̂), m elsewhere.</summary>
    public override int ProjectionRows => Kernel == KernelFunction.SoftmaxHyperbolic ? Features / 2 : Features;

    public override string Describe() =>
        $"FAVOR+ attention, kernel {Kernel}: {DescribeSizes()}"
        + (Kernel == KernelFunction.Relu ? $", epsilon {Epsilon.ToString("G9", CultureInfo.InvariantCulture)}." : ".");
}
