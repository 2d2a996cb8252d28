namespace KernelGen.TorchSharp;

/// <summary>How so many tokens of a memory become one.</summary>
/// <remarks>Source: Rae et al., "Compressive Transformers", arXiv:1911.05507, section 3.1.</remarks>
public enum CompressionKind
{
    /// <summary>Their mean.</summary>
    Mean = 0,

    /// <summary>The largest of each number.</summary>
    Max = 1,

    /// <summary>A learned convolution as wide as they are.</summary>
    Convolution = 2,

    /// <summary>A learned convolution of the first and the last of them.</summary>
    DilatedConvolution = 3,

    /// <summary>Of all that leave together those that were attended to most, in their order; of equals the earlier.</summary>
    MostUsed = 4,
}
