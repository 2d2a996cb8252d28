namespace KernelGen;

/// <summary>Draws independent normal numbers; see <see cref="Projection.Gaussian"/>.</summary>
internal static class GaussianDraw
{
    /// <summary>Draws [rows, columns].</summary>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        NormalStream normals = new(seed);
        float[] weights = new float[sizes.NumberCount];
        double[] numbers = new double[sizes.Columns];
        for (int row = 0; row < sizes.Rows; row++)
        {
            normals.Fill(numbers, row, DrawPurpose.Direction, attempt: 0);
            Span<float> target = weights.AsSpan(row * sizes.Columns, sizes.Columns);
            for (int column = 0; column < target.Length; column++)
            {
                target[column] = (float)numbers[column];
            }
        }

        return new ProjectionContent(sizes, [], weights);
    }
}
