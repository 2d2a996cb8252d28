namespace KernelGen;

/// <summary>Draws independent normal numbers; see <see cref="Projection.Gaussian"/>.</summary>
internal static class GaussianDraw
{
    /// <summary>Draws [rows, columns].</summary>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        NormalStream normals = new(seed);
        var weights = new float[sizes.NumberCount];
        var numbers = new double[sizes.Columns];
        for (var row = 0; row < sizes.Rows; row++)
        {
            normals.Fill(numbers, row, DrawPurpose.Direction, attempt: 0);
            var target = weights.AsSpan(row * sizes.Columns, sizes.Columns);
            for (var column = 0; column < target.Length; column++)
            {
                target[column] = (float)numbers[column];
            }
        }

        return new ProjectionContent(sizes, [], weights);
    }
}
