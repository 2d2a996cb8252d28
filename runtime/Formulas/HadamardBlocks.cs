namespace KernelGen.Formulas;

/// <summary>
/// The blocks of projections that are a fast transform, lengths · H·D₃·H·D₂·H·D₁: as many as it takes, each with one row for every number
/// of a token that is padded to the next power of two.
/// </summary>
internal static class HadamardBlocks
{
    /// <summary>The diagonals of signs D₁, D₂, D₃ of a block.</summary>
    public const int Rounds = 3;

    /// <summary>The most numbers of a token: beyond it the next power of two is no int.</summary>
    public const int MostColumns = 1 << 29;

    /// <summary>P, the next power of two of the numbers of a token.</summary>
    public static int Padded(int columns)
    {
        var padded = 1;
        while (padded < columns && padded <= MostColumns)
        {
            padded *= 2;
        }

        return padded;
    }

    /// <summary>The blocks of so many projections.</summary>
    public static long Count(int rows, int padded) => ((long)rows + padded - 1) / padded;

    /// <summary>The signs of all blocks, [blocks, 3, P].</summary>
    public static long Signs(int rows, int padded) => Count(rows, padded) * Rounds * padded;
}
