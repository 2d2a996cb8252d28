namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// The rows and columns of a product that one thread computes in registers: rows side by side, and columns in groups of four.
/// </summary>
/// <remarks>
/// The groups of a thread are far apart, and so the first ones of the threads of a warp lie side by side, then the second ones: threads
/// that read eight columns side by side would meet in the banks of shared memory, and leave half of every line of a cache.
/// </remarks>
/// <param name="Rows">Its rows.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Parts">Threads that share its numbers: each sums a part of the products of a row and a column.</param>
internal readonly record struct RegisterBlock(int Rows, int Columns, int Parts = 1)
{
    /// <summary>The fewest products that are worth a thread of their own.</summary>
    private const int Shortest = 16;

    private static readonly RegisterBlock[] Choices = [new(8, 8), new(4, 8), new(4, 4), new(2, 4), new(1, 4)];

    /// <summary>
    /// The largest block that leaves work for every thread of a group, or else the smallest, which several threads share if each has enough
    /// to sum.
    /// </summary>
    /// <param name="rows">Rows of the product.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="inner">The numbers that each element is the sum of, or null if that is not known.</param>
    public static RegisterBlock Of(int rows, int columns, int? inner)
    {
        var fitting = Choices.Where(block => rows % block.Rows == 0 && columns % block.Columns == 0).ToList();
        var block = fitting.Where(choice => choice.Count(rows, columns) >= GroupMemory.Threads).DefaultIfEmpty(fitting.Last()).First();
        var parts = 1;
        while (inner is { } size
            && size % (8 * parts) == 0
            && size / (2 * parts) >= Shortest
            && 2 * parts * block.Count(rows, columns) <= GroupMemory.Threads)
        {
            parts *= 2;
        }

        return block with { Parts = parts };
    }

    /// <summary>The smallest block with which a group holds the whole matrix in its registers, or null.</summary>
    public static RegisterBlock? Holding(int rows, int columns)
    {
        var fitting = Enumerable.Reverse(Choices)
            .Where(block => rows % block.Rows == 0 && columns % block.Columns == 0 && block.Count(rows, columns) <= GroupMemory.Threads)
            .ToList();
        return fitting.Count == 0 ? null : fitting[0];
    }

    public int Count(int rows, int columns) => rows / Rows * (columns / Columns);

    /// <summary>The first row of a block, from its number.</summary>
    /// <param name="rowsFirst">Whether blocks that follow each other are below each other, not side by side.</param>
    public string Row(string block, int rows, int columns, bool rowsFirst) =>
        $"{block} {(rowsFirst ? $"% {rows / Rows}" : $"/ {columns / Columns}")} * {Rows}";

    /// <summary>The first column of a block.</summary>
    public string Column(string block, int rows, int columns, bool rowsFirst) =>
        $"{block} {(rowsFirst ? $"/ {rows / Rows}" : $"% {columns / Columns}")} * 4";

    /// <summary>The c-th column of a block of a matrix, from the first.</summary>
    public string Column(string first, int c, int columns)
    {
        var offset = (c / 4 * (columns / (Columns / 4))) + (c % 4);
        return offset == 0 ? first : $"{first} + {offset}";
    }
}
