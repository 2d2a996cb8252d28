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
}
