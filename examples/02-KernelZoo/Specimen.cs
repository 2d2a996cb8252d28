namespace KernelGen.Examples.KernelZoo;

/// <summary>One layer of the zoo.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Layer">The generated layer.</param>
internal sealed record Specimen(string Name, IAttention Layer)
{
    /// <summary>The layer, if it draws random features; null for exact attention.</summary>
    public IRandomFeatureAttention? Random => Layer as IRandomFeatureAttention;

    /// <summary>Whether it is an estimate of softmax attention, which exact attention needs not be.</summary>
    public bool EstimatesSoftmax => Random is { FeatureMap.EstimatesSoftmax: true };
}
