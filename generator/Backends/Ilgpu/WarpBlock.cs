namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>The part of a product that one warp computes on tensor cores, in tiles of 16 rows and 8 columns.</summary>
internal readonly record struct WarpBlock(int RowTiles, int ColumnTiles)
{
    private const int Warps = GroupMemory.Threads / 32;

    private static readonly WarpBlock[] Choices = [new(4, 4), new(2, 4), new(1, 4), new(1, 2), new(1, 1)];

    public int Rows => 16 * RowTiles;

    public int Columns => 8 * ColumnTiles;

    /// <summary>The largest block that leaves work for every warp of a group, or else the smallest.</summary>
    public static WarpBlock Of(int rows, int columns) =>
        Choices.Where(block => block.Count(rows, columns) >= Warps).DefaultIfEmpty(Choices.Last()).First();

    /// <summary>The smallest block with which a group holds the whole matrix in its registers, or null.</summary>
    public static WarpBlock? Holding(int rows, int columns)
    {
        var fitting = Enumerable.Reverse(Choices).Where(block => block.Count(rows, columns) <= Warps).ToList();
        return fitting.Count == 0 ? null : fitting[0];
    }

    /// <summary>
    /// The warps that share each block, where there are too few: each sums a part of the products of a row and a column. Only blocks of one
    /// tile are shared.
    /// </summary>
    /// <param name="rows">Rows of the product.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="inner">The numbers that each element is the sum of.</param>
    /// <param name="floats">Floats of the memory for partial sums.</param>
    public int PartsOf(int rows, int columns, int inner, int floats)
    {
        var (count, parts) = (Count(rows, columns), 1);
        while (this == Choices.Last()
            && 2 * parts * count <= Warps
            && inner % (2 * parts * TensorEmitter.Step) == 0
            && 2 * parts * count * Rows * Columns <= floats)
        {
            parts *= 2;
        }

        return parts;
    }

    public int Across(int columns) => Ceiling(columns, Columns);

    public int Count(int rows, int columns) => Ceiling(rows, Rows) * Across(columns);

    private static int Ceiling(int size, int step) => (size + step - 1) / step;
}
