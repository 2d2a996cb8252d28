namespace KernelGen;

/// <summary>How the rows of a <see cref="Projection"/> came about. The values are those of saved projections.</summary>
public enum ProjectionDraw
{
    /// <summary>The weights were given: <see cref="Projection.FromWeights"/>.</summary>
    Given = 0,

    /// <summary>Orthogonal rows of random lengths: <see cref="Projection.Orthogonal"/>.</summary>
    Orthogonal = 1,

    /// <summary>Independent rows: <see cref="Projection.Gaussian"/>.</summary>
    Gaussian = 2,

    /// <summary>Orthogonal rows of one length: <see cref="Projection.RegularizedOrthogonal"/>.</summary>
    RegularizedOrthogonal = 3,

    /// <summary>Rows of products of Walsh–Hadamard matrices and random signs: <see cref="Projection.Hadamard"/>.</summary>
    Hadamard = 4,
}
