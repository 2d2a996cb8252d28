using KernelGen.Formulas;

namespace KernelGen;

/// <summary>Draws the signs and the lengths of a Hadamard projection; see <see cref="Projection.Hadamard"/>.</summary>
internal static class HadamardDraw
{
    /// <summary>Draws the structure of [rows, columns].</summary>
    public static ProjectionContent Draw(ProjectionSizes sizes, ulong seed)
    {
        var padded = sizes.PaddedColumns;
        var signs = new float[sizes.SignCount];
        SignStream signStream = new(seed);
        for (var diagonal = 0; diagonal * padded < signs.Length; diagonal++)
        {
            var (block, round) = Math.DivRem(diagonal, HadamardBlocks.Rounds);
            signStream.Fill(signs.AsSpan(diagonal * padded, padded), block, round);
        }

        // A row of H·D2·H·D1·H·D0 has the length P^(3/2); a kernel multiplies once per row, so the length takes that in.
        var unit = padded * Math.Sqrt(padded);
        NormalStream normals = new(seed);
        var lengthSource = new double[padded];
        var lengths = new float[sizes.NumberCount];
        for (var row = 0; row < lengths.Length; row++)
        {
            lengths[row] = (float)(normals.ChiLength(lengthSource, row) / unit);
        }

        return new ProjectionContent(sizes, signs, lengths);
    }
}
