namespace KernelGen.Generator.Declarations;

/// <summary>The generator's copy of KernelGen.Precision, with the same names and numbers. A test compares the two.</summary>
internal enum Precision
{
    Float32 = 0,
    TensorFloat32 = 1,
}
