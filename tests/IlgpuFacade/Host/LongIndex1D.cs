namespace ILGPU;

/// <summary>A 64-bit position or extent in one dimension.</summary>
public readonly struct LongIndex1D(long x)
{
    public long X { get; } = x;

    public static implicit operator long(LongIndex1D index) => index.X;

    public static implicit operator LongIndex1D(long index) => new(index);

    public override string ToString() => $"{X}";
}
