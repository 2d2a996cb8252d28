namespace ILGPU;

/// <summary>Holds the strides of one-dimensional views.</summary>
public static class Stride1D
{
    /// <summary>One element after the other.</summary>
    public readonly struct Dense : IStride1D;
}
