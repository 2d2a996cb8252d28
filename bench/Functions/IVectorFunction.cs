using System.Runtime.Intrinsics;

namespace KernelGen.Bench.Functions;

/// <summary>
/// An elementary function on vectors, as a type: so the JIT inlines it into the loop that is timed, as generated code does.
/// </summary>
internal interface IVectorFunction
{
    static abstract Vector512<float> Of(Vector512<float> x);

    static abstract Vector256<float> Of(Vector256<float> x);

    static abstract Vector128<float> Of(Vector128<float> x);
}
