namespace ILGPU;

/// <summary>A position or an extent in two dimensions.</summary>
public readonly struct Index2D(int x, int y)
{
    public int X { get; } = x;

    public int Y { get; } = y;

    public int Size => X * Y;

    public static implicit operator Index2D((int, int) values) => new(values.Item1, values.Item2);

    public override string ToString() => $"({X}, {Y})";
}
