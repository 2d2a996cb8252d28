namespace KernelGen.Gpu.Tests.Facade;

/// <summary>The sizes of a launch, by value, as emitted kernels take them.</summary>
public readonly struct Shape(int rows, int columns, int depth)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public int Depth { get; } = depth;
}
