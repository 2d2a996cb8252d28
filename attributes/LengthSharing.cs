namespace KernelGen;

/// <summary>Who has the same projections along the length, of a <see cref="LinformerAttentionAttribute"/> layer.</summary>
/// <remarks>Source: Wang et al., "Linformer", arXiv:2006.04768, section 4, "Additional Efficiency Techniques".</remarks>
public enum LengthSharing
{
    /// <summary>Each head has its own E and F: [heads, MaxLength, Rank] each.</summary>
    None = 0,

    /// <summary>All heads have the same E and the same F: [MaxLength, Rank] each.</summary>
    Heads = 1,

    /// <summary>All heads have one matrix for keys and values, F = E: [MaxLength, Rank].</summary>
    KeysAndValues = 2,

    /// <summary>
    /// As <see cref="KeysAndValues"/>, and all layers of a model have the same matrix: hand it to each, and let their backward calls add to
    /// one gradient.
    /// </summary>
    Layers = 3,
}
