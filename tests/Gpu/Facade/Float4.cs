namespace KernelGen.Gpu.Tests.Facade;

/// <summary>Four floats that are loaded at once.</summary>
public struct Float4
{
    public float X;
    public float Y;
    public float Z;
    public float W;
}
