using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>
/// The few functions that emitted kernels need on whole vectors and that the platform has not at this speed: a power of two that flushes
/// small results to zero, elementary functions, and sums and maxima over the lanes in a fixed order.
/// </summary>
/// <remarks>
/// <para>
/// <b>Exp2.</b> x = n + f with n the nearest integer and |f| ≤ ½; 2^x = 2^n·p(f). p is the polynomial of degree 5 with p(0) = 1 exactly
/// (so that powers at integers are exact, and none at the flush bound falls just below the least normal number) whose largest error in
/// units in the last place of the result is least: 0.95 ulp for f &lt; 0, where rounding adds more, and 1.14 for f &gt; 0 (Lawson's
/// algorithm; coefficients rounded to float one after another and the rest refitted). With rounding: 1.76 ulp
/// with fused multiply-add (every third float of the domain was tried), 1.94 without (one in 37). Every overload computes
/// the same steps, so where the hardware has fused multiply-add the bits are the same at every width.
/// </para>
/// <para>
/// n comes from adding and subtracting 1.5·2^23: the sum keeps no fraction bits, so the addition itself rounds, and its low bits are n.
/// 2^n is put together in the exponent field and multiplied in: a NaN in x reaches f and stays NaN, which adding n to the bits of p(f)
/// would not ensure.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class VectorMath
{
    // 1.5·2^23 + 127: floats of this size are spaced by 1, and the low 8 bits of x + Rounder are n + 127, the exponent field of 2^n.
    private const float Rounder = 12582912f + 127f;
    private const int MantissaBits = 23;

    private const float C1 = 0.693146706f;
    private const float C2 = 0.240222424f;
    private const float C3 = 0.0555106662f;
    private const float C4 = 0.00967151765f;
    private const float C5 = 0.00131727592f;

    /// <summary>2^x for x ≤ 127, exactly 0 where x &lt; <paramref name="flushBelow"/>; NaN stays NaN, −∞ gives 0.</summary>
    /// <param name="x">At most 127; above that the result is unspecified, but nothing is thrown.</param>
    /// <param name="flushBelow">
    /// At least −126, so that no subnormal number is ever made (those slow every later operation 250 times).
    /// </param>
    /// <remarks>Within 2 ulp.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp2(float x, float flushBelow)
    {
        var shifted = x + Rounder;
        var f = x - (shifted - Rounder);
        var p = float.MultiplyAddEstimate(f, C5, C4);
        p = float.MultiplyAddEstimate(p, f, C3);
        p = float.MultiplyAddEstimate(p, f, C2);
        p = float.MultiplyAddEstimate(p, f, C1);
        p = float.MultiplyAddEstimate(p, f, 1f);
        var scale = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(shifted) << MantissaBits);
        return x < flushBelow ? 0f : p * scale;
    }

    /// <inheritdoc cref="Exp2(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp2(Vector128<float> x, float flushBelow)
    {
        // Estimate: this width also runs on machines without fused multiply-add, where asking for one is a slow call per lane.
        var shifted = x + Vector128.Create(Rounder);
        var f = x - (shifted - Vector128.Create(Rounder));
        var p = Vector128.MultiplyAddEstimate(f, Vector128.Create(C5), Vector128.Create(C4));
        p = Vector128.MultiplyAddEstimate(p, f, Vector128.Create(C3));
        p = Vector128.MultiplyAddEstimate(p, f, Vector128.Create(C2));
        p = Vector128.MultiplyAddEstimate(p, f, Vector128.Create(C1));
        p = Vector128.MultiplyAddEstimate(p, f, Vector128<float>.One);
        var scale = Vector128.ShiftLeft(shifted.AsInt32(), MantissaBits).AsSingle();
        return Vector128.AndNot(p * scale, Vector128.LessThan(x, Vector128.Create(flushBelow)));
    }

    /// <inheritdoc cref="Exp2(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x, float flushBelow)
    {
        var shifted = x + Vector256.Create(Rounder);
        var f = x - (shifted - Vector256.Create(Rounder));
        var p = Vector256.FusedMultiplyAdd(f, Vector256.Create(C5), Vector256.Create(C4));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C3));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C2));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C1));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256<float>.One);
        var scale = Vector256.ShiftLeft(shifted.AsInt32(), MantissaBits).AsSingle();
        return Vector256.AndNot(p * scale, Vector256.LessThan(x, Vector256.Create(flushBelow)));
    }

    /// <inheritdoc cref="Exp2(float, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x, float flushBelow)
    {
        var shifted = x + Vector512.Create(Rounder);
        var n = shifted - Vector512.Create(Rounder);
        var f = x - n;
        var p = Vector512.FusedMultiplyAdd(f, Vector512.Create(C5), Vector512.Create(C4));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C3));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C2));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C1));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512<float>.One);
        if (Avx512F.IsSupported)
        {
            // "Not less than" is true for NaN, which must stay; the JIT folds the selection into the scaling as its mask.
            return Vector512.ConditionalSelect(
                Avx512F.CompareNotLessThan(x, Vector512.Create(flushBelow)), Avx512F.Scale(p, n), Vector512<float>.Zero);
        }

        var scale = Vector512.ShiftLeft(shifted.AsInt32(), MantissaBits).AsSingle();
        return Vector512.AndNot(p * scale, Vector512.LessThan(x, Vector512.Create(flushBelow)));
    }

    /// <summary>log2 x; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log2(float x) => MathF.Log2(x);

    /// <summary>The sum of the lanes, as (0 + 2) + (1 + 3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v)
    {
        var pairs = v + Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1));
        return pairs.ToScalar() + pairs.GetElement(1);
    }

    /// <summary>The sum of the lanes: halves are added until four lanes are left, then as for those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <inheritdoc cref="Sum(Vector256{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <summary>The sum of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector128<double> v) => v.ToScalar() + v.GetElement(1);

    /// <summary>The sum of the lanes: halves are added until two lanes are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector256<double> v) => Sum(v.GetLower() + v.GetUpper());

    /// <inheritdoc cref="Sum(Vector256{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector512<double> v) => Sum(v.GetLower() + v.GetUpper());

    /// <summary>The largest lane. Where a lane is NaN the result is unspecified: some lane, a number or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> v)
    {
        v = Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        v = Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(1, 0, 3, 2)));
        return v.ToScalar();
    }

    /// <inheritdoc cref="Max(Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v) => Max(Vector128.MaxNative(v.GetLower(), v.GetUpper()));

    /// <inheritdoc cref="Max(Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> v) => Max(Vector256.MaxNative(v.GetLower(), v.GetUpper()));
}
