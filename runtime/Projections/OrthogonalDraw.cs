namespace KernelGen;

/// <summary>
/// Draws projections that are orthogonal within blocks; see <see cref="Projection.Orthogonal"/> and
/// <see cref="Projection.RegularizedOrthogonal"/>.
/// </summary>
internal static class OrthogonalDraw
{
    // A vector that keeps less than this share of its length is too close to its predecessors: its direction would be rounding noise.
    private const double LeastShare = 1e-8;

    /// <summary>Draws [rows, columns].</summary>
    /// <param name="sizes">Which of the two draws, and its sizes.</param>
    /// <param name="seed">Any number.</param>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        (int rows, int columns) = (sizes.Rows, sizes.Columns);
        float[] weights = new float[sizes.NumberCount];
        NormalStream normals = new(seed);
        double[] basis = new double[Math.Min(rows, columns) * columns];
        double[] lengthSource = new double[columns];
        for (int row = 0; row < rows; row++)
        {
            int inBlock = row % columns; // a new block starts without predecessors
            Span<double> direction = basis.AsSpan(inBlock * columns, columns);
            int attempt = 0;
            do
            {
                normals.Fill(direction, row, DrawPurpose.Direction, attempt++);
            }
            while (!TryOrthonormalise(basis.AsSpan(0, inBlock * columns), direction));

            double length = sizes.Draw == ProjectionDraw.RegularizedOrthogonal ? Math.Sqrt(columns) : normals.ChiLength(lengthSource, row);
            Span<float> target = weights.AsSpan(row * columns, columns);
            for (int column = 0; column < columns; column++)
            {
                target[column] = (float)(length * direction[column]);
            }
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
        double before = Math.Sqrt(OrderedSum.Dot(vector, vector));
        for (int pass = 0; pass < 2; pass++)
        {
            for (int start = 0; start < basis.Length; start += vector.Length)
            {
                ReadOnlySpan<double> other = basis.Slice(start, vector.Length);
                double along = OrderedSum.Dot(other, vector);
                for (int i = 0; i < vector.Length; i++)
                {
                    vector[i] -= along * other[i];
                }
            }
        }

        double after = Math.Sqrt(OrderedSum.Dot(vector, vector));
        if (!(after > LeastShare * before))
        {
            return false;
        }

        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] /= after;
        }

        return true;
    }
}
