using System.ComponentModel;
using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>Four floats that GPU kernels load and store at once: 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly struct Float4(float x, float y, float z, float w)
{
    /// <summary>The first.</summary>
    public readonly float X = x;

    /// <summary>The second.</summary>
    public readonly float Y = y;

    /// <summary>The third.</summary>
    public readonly float Z = z;

    /// <summary>The fourth.</summary>
    public readonly float W = w;

    /// <summary>Each number plus another.</summary>
    public Float4 Plus(float x, float y, float z, float w) => new(X + x, Y + y, Z + z, W + w);
}
