using System.Numerics;
using KernelGen.Formulas;

namespace KernelGen;

/// <summary>
/// The Walsh–Hadamard matrix H[i, j] = (−1)^popcount(i &amp; j), and the dense rows of a Hadamard projection that it gives.
/// </summary>
internal static class HadamardMatrix
{
    /// <summary>Overwrites x with H·x, unnormalised; the length is a power of two. P·log2 P additions.</summary>
    public static void Multiply(Span<double> x)
    {
        for (var half = 1; half < x.Length; half *= 2)
        {
            for (var start = 0; start < x.Length; start += 2 * half)
            {
                var low = x.Slice(start, half);
                var high = x.Slice(start + half, half);
                for (var i = 0; i < low.Length; i++)
                {
                    (low[i], high[i]) = (low[i] + high[i], low[i] - high[i]);
                }
            }
        }
    }

    /// <summary>
    /// The dense weights, [rows, columns]: row r is Lengths[r] times row r mod P of H·D2·H·D1·H·D0 of its block. The product holds whole
    /// numbers of at most P^(3/2), exact in double, so the signs and lengths fix the bits of every weight.
    /// </summary>
    public static float[] DenseWeights(ProjectionContent content)
    {
        var sizes = content.Sizes;
        var padded = sizes.PaddedColumns;
        var weights = new float[(long)sizes.Rows * sizes.Columns];
        var product = new double[padded];
        for (var row = 0; row < sizes.Rows; row++)
        {
            var (block, inBlock) = Math.DivRem(row, padded);
            ReadOnlySpan<float> signs = content.Signs.AsSpan(
                block * HadamardBlocks.Rounds * padded, HadamardBlocks.Rounds * padded);

            // H is symmetric, so the row as a column is D0·H·D1·H·D2·(column `inBlock` of H).
            for (var i = 0; i < padded; i++)
            {
                product[i] = int.IsOddInteger(BitOperations.PopCount((uint)(i & inBlock))) ? -1 : 1;
            }

            Scale(product, signs.Slice(2 * padded, padded));
            Multiply(product);
            Scale(product, signs.Slice(padded, padded));
            Multiply(product);
            Scale(product, signs[..padded]);
            double length = content.Numbers[row];
            var target = weights.AsSpan(row * sizes.Columns, sizes.Columns);
            for (var column = 0; column < target.Length; column++)
            {
                target[column] = (float)(length * product[column]);
            }
        }

        return weights;
    }

    private static void Scale(Span<double> x, ReadOnlySpan<float> signs)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] *= signs[i];
        }
    }
}
