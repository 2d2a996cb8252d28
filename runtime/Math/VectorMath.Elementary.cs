using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <remarks>
/// <para>
/// <b>Exp, Exp2, Log, Tanh, Erf, Sin, Cos.</b> Every overload computes the steps of one generic method, so where the hardware has fused
/// multiply-add the bits are the same at every width; a lane never depends on the others. The largest errors below were found among every
/// 29th of all floats with fused multiply-add, and among every 293rd, or the test's sample where that found more, without.
/// </para>
/// <para>
/// Of the platform's functions, Vector512.Exp, Log, Sin and Cos and those of the narrower vectors, none was chosen: each took longer at
/// every width, as bench/functions.md shows.
/// </para>
/// </remarks>
public static partial class VectorMath
{
    /// <summary>e^x; +∞ on overflow, exactly 0 where it is below the least normal number 2^−126, NaN stays NaN.</summary>
    /// <remarks>Within 3 ulp: 2.38 measured, 2.71 without fused multiply-add.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Exp(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Exp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Exp(x);

    /// <inheritdoc cref="Exp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Exp(x);

    /// <inheritdoc cref="Exp(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Exp(x);

    /// <summary>2^x; +∞ on overflow, exactly 0 where it is below the least normal number 2^−126, NaN stays NaN.</summary>
    /// <remarks>Within 3 ulp: 2.12 measured, 2.52 without fused multiply-add. Exact at integers.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp2(float x) => Exp2(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Exp2(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp2(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Exp2(x);

    /// <inheritdoc cref="Exp2(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Exp2(x);

    /// <inheritdoc cref="Exp2(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Exp2(x);

    /// <summary>The natural logarithm, also of subnormal numbers; −∞ at ±0, NaN below, +∞ at +∞, NaN stays NaN.</summary>
    /// <remarks>Within 2.2 ulp, near 1 too: 1.90 measured, with and without fused multiply-add.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => Log(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Log(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Log(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Log(x);

    /// <inheritdoc cref="Log(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Log(x);

    /// <inheritdoc cref="Log(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Log(x);

    /// <summary>The hyperbolic tangent; ±1 at ±∞, the sign of zero kept, NaN stays NaN.</summary>
    /// <remarks>Within 3.6 ulp: 3.25 measured, with and without fused multiply-add.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => Tanh(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Tanh(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Tanh(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Tanh(x);

    /// <inheritdoc cref="Tanh(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Tanh(x);

    /// <inheritdoc cref="Tanh(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Tanh(x);

    /// <summary>The error function 2/√π·∫₀ˣ e^(−t²)dt; ±1 at ±∞, the sign of zero kept, NaN stays NaN.</summary>
    /// <remarks>Within 3.4 ulp: 3.01 measured, with and without fused multiply-add.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erf(float x) => Erf(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Erf(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Erf(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Erf(x);

    /// <inheritdoc cref="Erf(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Erf(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Erf(x);

    /// <inheritdoc cref="Erf(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Erf(x);

    /// <summary>The sine of an angle in radians; the sign of zero kept, NaN at ±∞, NaN stays NaN.</summary>
    /// <remarks>
    /// Within 3 ulp up to 10⁴: 2.39 measured, 2.69 without fused multiply-add. A larger angle is computed
    /// alone in double, many times slower, and is within 1 ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sin(float x) => Sin(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Sin(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sin(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Sin(x);

    /// <inheritdoc cref="Sin(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sin(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Sin(x);

    /// <inheritdoc cref="Sin(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sin(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Sin(x);

    /// <summary>The cosine of an angle in radians; NaN at ±∞, NaN stays NaN.</summary>
    /// <remarks>
    /// Within 3.2 ulp up to 10⁴: 2.39 measured, 2.89 without fused multiply-add. A larger angle is computed
    /// alone in double, many times slower, and is within 1 ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cos(float x) => Cos(Vector128.Create(x)).ToScalar();

    /// <inheritdoc cref="Cos(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Cos(Vector128<float> x) => Elementary<Vector128<float>, Lanes4>.Cos(x);

    /// <inheritdoc cref="Cos(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Cos(Vector256<float> x) => Elementary<Vector256<float>, Lanes8>.Cos(x);

    /// <inheritdoc cref="Cos(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cos(Vector512<float> x) => Elementary<Vector512<float>, Lanes16>.Cos(x);
}
