namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// The generator's copy of KernelGen.KernelFunction, with the same names and numbers: a generator that loaded the attributes' assembly
/// would have to find it inside the compiler's process. A test compares the two.
/// </summary>
internal enum KernelFunction
{
    Softmax = 0,
    SoftmaxHyperbolic = 1,
    Relu = 2,
}
