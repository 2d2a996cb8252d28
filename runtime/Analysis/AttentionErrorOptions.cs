namespace KernelGen;

/// <summary>How <see cref="AttentionError.Measure"/> measures.</summary>
public sealed record AttentionErrorOptions
{
    /// <summary>
    /// The feature maps to compare. Empty, the default: <see cref="FeatureMap.Positive"/>, <see cref="FeatureMap.Hyperbolic"/>,
    /// <see cref="FeatureMap.Oprf"/> calibrated on the sample, and <see cref="FeatureMap.Trigonometric"/>.
    /// </summary>
    public IReadOnlyList<FeatureMap> Maps { get; init; } = [];

    /// <summary>R, how often the projections are drawn anew; at least 16, since the standard error itself is estimated from them.</summary>
    public int Draws { get; init; } = 16;

    /// <summary>The first of the seeds; draw r takes Seed + r.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Draws W from (rows, columns, seed); <see cref="Projection.Orthogonal"/> by default. Called from one thread.</summary>
    public Func<int, int, ulong, Projection> Draw { get; init; } = Projection.Orthogonal;

    /// <summary>
    /// The most queries of each head that are measured, spread evenly over it; at least 1. Each sees all keys that it would see.
    /// </summary>
    public int RowsPerHead { get; init; } = 64;

    /// <summary>The threads to use, at least 1; they do not change a result.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;
}
