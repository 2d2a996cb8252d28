namespace KernelGen;

/// <summary>
/// Marks a parameter of a score that is a table of learned numbers, which the call hands in:
/// <c>[Learned(8 * 257)] ReadOnlySpan&lt;float&gt; bias</c>. The body of the score reads it at whole numbers that are made of positions,
/// the head and numbers of tokens: <c>bias[head * 257 + Math.Clamp(query - key, -128, 128) + 128]</c>.
/// </summary>
/// <remarks>
/// Every call of the layer then takes <c>learnedBias</c>, and <c>Backward</c> gives <c>learnedBiasGradient</c>, its sum over all heads
/// and sequences, in one order whatever the threads. That an index stays within the table is shown at compile time, from the ranges of
/// what it is made of, for every position; what cannot be shown is a compile error at the index. Where an index grows with the head,
/// calls of more heads than the table is for are refused.
/// </remarks>
/// <param name="length">How many numbers the table has, 1 to 65,536.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class LearnedAttribute(int length) : Attribute
{
    /// <summary>How many numbers the table has.</summary>
    public int Length { get; } = length;
}
