namespace KernelGen;

/// <summary>Draws the signs and the lengths of a Hadamard projection; see <see cref="Projection.Hadamard"/>.</summary>
internal static class HadamardDraw
{
    /// <summary>Draws the structure of [rows, columns].</summary>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        int padded = sizes.PaddedColumns;
        float[] signs = new float[sizes.SignCount];
        SignStream signStream = new(seed);
        for (int diagonal = 0; diagonal * padded < signs.Length; diagonal++)
        {
            (int block, int round) = Math.DivRem(diagonal, ProjectionSizes.HadamardRounds);
            signStream.Fill(signs.AsSpan(diagonal * padded, padded), block, round);
        }

        // A row of H·D2·H·D1·H·D0 has the length P^(3/2); a kernel multiplies once per row, so the length takes that in.
        double unit = padded * Math.Sqrt(padded);
        NormalStream normals = new(seed);
        double[] lengthSource = new double[padded];
        float[] lengths = new float[sizes.NumberCount];
        for (int row = 0; row < lengths.Length; row++)
        {
            lengths[row] = (float)(normals.ChiLength(lengthSource, row) / unit);
        }

        return new ProjectionContent(sizes, signs, lengths);
    }
}
