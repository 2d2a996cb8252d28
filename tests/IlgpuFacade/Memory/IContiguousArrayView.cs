namespace ILGPU;

/// <summary>A view without holes.</summary>
public interface IContiguousArrayView
{
    internal void Fill(byte value);
}
