namespace KernelGen.Examples.KernelZoo;

/// <summary>The maps that estimate softmax, with the λ of OPRF measured on the data instead of declared.</summary>
internal static class SoftmaxMaps
{
    /// <summary>All four, for these queries and keys.</summary>
    public static (string Name, FeatureMap Map)[] For(HeadInput input) =>
    [
        ("trigonometric", FeatureMap.Trigonometric),
        ("positive", FeatureMap.Positive),
        ("hyperbolic", FeatureMap.Hyperbolic),
        ("OPRF", FeatureMap.Oprf(FeatureMap.OprfLambda(input.Query, input.Key, input.Shape))),
    ];
}
