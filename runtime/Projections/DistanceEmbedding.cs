namespace KernelGen;

/// <summary>What models with relative positions know of a distance before they have learned anything.</summary>
public static class DistanceEmbedding
{
    /// <summary>
    /// Sines and cosines of a distance Δ at falling rates: sin(Δ·10000^(−2c/D)) for c &lt; D/2, then the cosines. A model multiplies them
    /// with a learned matrix of each head, which makes the keys of distances that layers with <c>Positions.Relative</c> take.
    /// </summary>
    /// <param name="distances">The rows: distances from 0 on; at least 1.</param>
    /// <param name="dim">D, the columns; even, at least 2.</param>
    /// <returns>[distances, dim].</returns>
    /// <remarks>
    /// Source: Dai et al., "Transformer-XL", arXiv:1901.02860, section 3.3; its code has all sines before all cosines, as here, and rows
    /// from the largest distance to 0, the other way round.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range, or both make too many numbers.</exception>
    public static float[] Sinusoids(int distances, int dim)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 2);
        if (dim % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(dim), $"dim is {dim}, but it has a sine and a cosine of each rate: give it an even number.");
        }

        if ((long)distances * dim > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(distances), $"distances {distances} × dim {dim} is more than the {Array.MaxLength} numbers of an array.");
        }

        var embedding = new float[(long)distances * dim];
        var half = dim / 2;
        for (var distance = 0; distance < distances; distance++)
        {
            for (var c = 0; c < half; c++)
            {
                var (sin, cos) = Math.SinCos(distance * Math.Pow(10_000, -2.0 * c / dim));
                embedding[((long)distance * dim) + c] = (float)sin;
                embedding[((long)distance * dim) + half + c] = (float)cos;
            }
        }

        return embedding;
    }
}
