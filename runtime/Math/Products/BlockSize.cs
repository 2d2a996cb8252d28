namespace KernelGen.CompilerServices;

/// <summary>A number of rows or vectors of a register block as a type, so that it is a constant where the block is compiled.</summary>
internal interface IBlockSize
{
    static abstract int Count { get; }
}

internal readonly struct One : IBlockSize
{
    public static int Count => 1;
}

internal readonly struct Two : IBlockSize
{
    public static int Count => 2;
}

internal readonly struct Three : IBlockSize
{
    public static int Count => 3;
}

internal readonly struct Four : IBlockSize
{
    public static int Count => 4;
}

internal readonly struct Six : IBlockSize
{
    public static int Count => 6;
}

internal readonly struct Eight : IBlockSize
{
    public static int Count => 8;
}

internal readonly struct Twelve : IBlockSize
{
    public static int Count => 12;
}
internal readonly struct Sixteen : IBlockSize
{
    public static int Count => 16;
}

