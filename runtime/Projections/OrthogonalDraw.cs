using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// Draws projections that are orthogonal within blocks; see <see cref="Projection.Orthogonal"/> and
/// <see cref="Projection.RegularizedOrthogonal"/>.
/// </summary>
internal static class OrthogonalDraw
{
    /// <summary>
    /// A vector that keeps less than this share of its length is too close to its predecessors: its direction would be rounding noise.
    /// </summary>
    internal const double LeastShare = 1e-8;

    /// <summary>rows · columns² from which other threads help: some milliseconds of one, against which waking them is nothing.</summary>
    private const long LeastForThreads = 1 << 24;

    /// <summary>Draws [rows, columns].</summary>
    /// <param name="sizes">Which of the two draws, and its sizes.</param>
    /// <param name="seed">Any number.</param>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        var weights = new float[sizes.NumberCount];
        OrthogonalPairs pairs = new(sizes, seed, weights);
        var team = WorkerTeam.Shared;
        if ((long)weights.Length * sizes.Columns >= LeastForThreads && team.TryEnter(pairs.Count))
        {
            try
            {
                team.Run(pairs, pairs.Count, pairs.Count);
            }
            finally
            {
                team.Exit();
            }
        }
        else
        {
            WorkerTeam.RunAlone(pairs, pairs.Count);
        }

        return new ProjectionContent(sizes, [], weights);
    }

    /// <summary>
    /// Takes the components along <paramref name="basis"/> (orthonormal vectors, one after another) out of <paramref name="vector"/> and
    /// scales it to length 1; false where next to nothing is left.
    /// </summary>
    /// <remarks>
    /// Gram–Schmidt leaves the diagonal of R positive, which is what makes the directions uniform: a Householder factorisation without a
    /// change of signs does not. Twice, because a single pass loses orthogonality to rounding ("twice is enough", Giraud et al. 2005).
    /// </remarks>
    internal static bool TryOrthonormalise(ReadOnlySpan<double> basis, Span<double> vector)
    {
        var before = Math.Sqrt(OrderedSum.Dot(vector, vector));
        for (var pass = 0; pass < 2; pass++)
        {
            for (var start = 0; start < basis.Length; start += vector.Length)
            {
                var other = basis.Slice(start, vector.Length);
                var along = OrderedSum.Dot(other, vector);
                for (var i = 0; i < vector.Length; i++)
                {
                    vector[i] -= along * other[i];
                }
            }
        }

        var after = Math.Sqrt(OrderedSum.Dot(vector, vector));
        if (!(after > LeastShare * before))
        {
            return false;
        }

        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] /= after;
        }

        return true;
    }
}
