using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;

namespace KernelGen.Bench.Functions;

// The functions of the runtime, and those that the platform has on vectors.

internal readonly struct OwnExp : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Exp(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Exp(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Exp(x);
}

internal readonly struct OwnExp2 : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Exp2(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Exp2(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Exp2(x);
}

internal readonly struct OwnLog : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Log(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Log(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Log(x);
}

internal readonly struct OwnTanh : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Tanh(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Tanh(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Tanh(x);
}

internal readonly struct OwnErf : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Erf(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Erf(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Erf(x);
}

internal readonly struct OwnSin : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Sin(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Sin(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Sin(x);
}

internal readonly struct OwnCos : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => VectorMath.Cos(x);

    public static Vector256<float> Of(Vector256<float> x) => VectorMath.Cos(x);

    public static Vector128<float> Of(Vector128<float> x) => VectorMath.Cos(x);
}

internal readonly struct PlatformExp : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => Vector512.Exp(x);

    public static Vector256<float> Of(Vector256<float> x) => Vector256.Exp(x);

    public static Vector128<float> Of(Vector128<float> x) => Vector128.Exp(x);
}

internal readonly struct PlatformLog : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => Vector512.Log(x);

    public static Vector256<float> Of(Vector256<float> x) => Vector256.Log(x);

    public static Vector128<float> Of(Vector128<float> x) => Vector128.Log(x);
}

internal readonly struct PlatformSin : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => Vector512.Sin(x);

    public static Vector256<float> Of(Vector256<float> x) => Vector256.Sin(x);

    public static Vector128<float> Of(Vector128<float> x) => Vector128.Sin(x);
}

internal readonly struct PlatformCos : IVectorFunction
{
    public static Vector512<float> Of(Vector512<float> x) => Vector512.Cos(x);

    public static Vector256<float> Of(Vector256<float> x) => Vector256.Cos(x);

    public static Vector128<float> Of(Vector128<float> x) => Vector128.Cos(x);
}
