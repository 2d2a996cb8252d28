namespace ILGPU;

/// <summary>A position or an extent in one dimension.</summary>
public readonly struct Index1D(int x)
{
    public int X { get; } = x;

    public int Size => X;

    public static implicit operator int(Index1D index) => index.X;

    public static implicit operator LongIndex1D(Index1D index) => new(index.X);

    public static implicit operator Index1D(int index) => new(index);

    public override string ToString() => $"{X}";
}
