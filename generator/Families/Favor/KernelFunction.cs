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
    SoftmaxTrigonometric = 3,
    SoftmaxOprf = 4,
    Gelu = 5,
    Sigmoid = 6,
    Exp = 7,
    Tanh = 8,
    Abs = 9,
    Cos = 10,
    Identity = 11,
    Square = 12,
    EluPlusOne = 13,
}
