namespace KernelGen;

/// <summary>How queries and keys are told where they stand.</summary>
public enum Positions
{
    /// <summary>Not at all: they are what the caller hands in.</summary>
    None = 0,

    /// <summary>
    /// Pairs of numbers c and c + d/2 of queries and keys are rotated by the angle p·θ^(−2c/d), with p the position of the token among the
    /// keys, before anything else is done with them. So a product of a query and a key depends on how far apart they are, and on no
    /// position.
    /// </summary>
    /// <remarks>Source: Su et al., "RoFormer", arXiv:2104.09864, section 3.2.</remarks>
    Rotary = 1,

    /// <summary>
    /// Scores of exact, causal attention know how far before its query a key is: s = ((q + u)ᵀk + (q + w)ᵀr_Δ)/√d, with r_Δ a key of the
    /// distance Δ. Calls are handed q + u as <c>query</c>, q + w as <c>positionQuery</c> and r as <c>distanceKey</c>.
    /// </summary>
    /// <remarks>Source: Dai et al., "Transformer-XL", arXiv:1901.02860, section 3.3.</remarks>
    Relative = 2,
}
