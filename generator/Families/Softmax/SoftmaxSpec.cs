using KernelGen.Generator.Declarations;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>What one [SoftmaxAttention] declares: exact attention, without random features.</summary>
/// <param name="HeadDim">d.</param>
/// <param name="ValueDim">dv.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
internal sealed record SoftmaxSpec(int HeadDim, int ValueDim, bool Causal) : AttentionSpec(HeadDim, ValueDim, Causal)
{
    /// <summary>What an attribute with sizes alone declares.</summary>
    public static SoftmaxSpec Example { get; } = new(HeadDim: 64, ValueDim: 64, Causal: false);

    public override string Describe() => $"Exact softmax attention: {DescribeSizes()}.";
}
