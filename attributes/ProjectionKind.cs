namespace KernelGen;

/// <summary>How a <see cref="FavorAttentionAttribute"/> layer draws its random projections ω_r from a seed.</summary>
/// <remarks>Source: Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794, section 2.4 and appendix B.</remarks>
public enum ProjectionKind
{
    /// <summary>
    /// Exactly orthogonal in blocks of d, each row as long as a Gaussian vector: unbiased, with a lower variance than
    /// <see cref="Gaussian"/>.
    /// </summary>
    Orthogonal = 0,

    /// <summary>Independent Gaussian rows.</summary>
    Gaussian = 1,

    /// <summary>Orthogonal in blocks, each row of length √d: a still lower variance, but weights come out a little too small.</summary>
    RegularizedOrthogonal = 2,

    /// <summary>
    /// Products of Walsh–Hadamard matrices and random signs, in blocks of the next power of two: nearly orthogonal and nearly unbiased, and
    /// computed as a fast transform, with O(m·log d) instead of O(m·d) operations a token.
    /// </summary>
    Hadamard = 3,
}
