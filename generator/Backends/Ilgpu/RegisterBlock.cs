namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>The rows and columns of a product that one thread computes in registers.</summary>
internal readonly record struct RegisterBlock(int Rows, int Columns)
{
    private static readonly RegisterBlock[] Choices = [new(8, 8), new(4, 8), new(4, 4), new(2, 4), new(1, 4)];

    /// <summary>The largest block that leaves work for every thread of a group, or else the one that leaves work for most.</summary>
    public static RegisterBlock Of(int rows, int columns)
    {
        var fitting = Choices.Where(block => rows % block.Rows == 0 && columns % block.Columns == 0).ToList();
        return fitting.Where(block => block.Count(rows, columns) >= GroupMemory.Threads).DefaultIfEmpty(fitting.Last()).First();
    }

    /// <summary>The smallest block with which a group holds the whole matrix in its registers, or null.</summary>
    public static RegisterBlock? Holding(int rows, int columns)
    {
        var fitting = Enumerable.Reverse(Choices)
            .Where(block => rows % block.Rows == 0 && columns % block.Columns == 0 && block.Count(rows, columns) <= GroupMemory.Threads).ToList();
        return fitting.Count == 0 ? null : fitting[0];
    }

    public int Count(int rows, int columns) => rows / Rows * (columns / Columns);
}
