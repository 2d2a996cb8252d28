namespace ILGPU.Runtime;

/// <summary>The kinds of accelerators.</summary>
public enum AcceleratorType
{
    CPU = 0,
    Cuda = 1,
    OpenCL = 2,
}
