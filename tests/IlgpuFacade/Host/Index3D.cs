namespace ILGPU;

/// <summary>A position or an extent in three dimensions.</summary>
public readonly struct Index3D(int x, int y, int z)
{
    public int X { get; } = x;

    public int Y { get; } = y;

    public int Z { get; } = z;

    public int Size => X * Y * Z;

    public static implicit operator Index3D((int, int, int) values) => new(values.Item1, values.Item2, values.Item3);

    public override string ToString() => $"({X}, {Y}, {Z})";
}
