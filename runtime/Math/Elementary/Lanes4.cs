using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>Four lanes, also on machines without fused multiply-add, where asking for one would be a slow call per lane.</summary>
internal readonly struct Lanes4 : ILanes<Vector128<float>>
{
    private const int MantissaBits = 23;
    private const int BitsOfThreeQuarters = 0x3F400000;

    // As in VectorMath: the low 8 bits of n + ExponentRounder are the exponent field of 2^n.
    private const float ExponentRounder = 12582912f + 127f;

    // GetMantissa: the interval [¾, 3/2), the sign of −0 dropped, NaN for other negative numbers.
    private const byte ThreeQuarters = 0b1111;

    public static int Count => 4;

    public static bool Fused => Fma.IsSupported || AdvSimd.IsSupported;

    public static bool SplitsNumbers => Avx512F.VL.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(ref float from) => Vector128.LoadUnsafe(ref from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> v, ref float to) => v.StoreUnsafe(ref to);

    public static Vector128<float> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<float>.Indices;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v) => VectorMath.Sum(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LessOrEqual(Vector128<float> a, Vector128<float> b) => Vector128.LessThanOrEqual(a, b);

    public static float Lane(Vector128<float> v, int index) => v.GetElement(index);

    public static Vector128<float> WithLane(Vector128<float> v, int index, float value) => v.WithElement(index, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> And(Vector128<float> a, Vector128<float> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Or(Vector128<float> a, Vector128<float> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Xor(Vector128<float> a, Vector128<float> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Abs(Vector128<float> v) => Vector128.Abs(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Floor(Vector128<float> v) => Vector128.Floor(v);

    // Native: the instruction gives its second operand where one is NaN (on Arm, NaN), which costs nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AtMost(float limit, Vector128<float> v) => Vector128.MinNative(Vector128.Create(limit), v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Less(Vector128<float> a, Vector128<float> b) => Vector128.LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Equal(Vector128<float> a, Vector128<float> b) => Vector128.Equals(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Select(Vector128<float> mask, Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(mask, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(Vector128<float> a, Vector128<float> b) => Vector128.LessThanAny(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyOutside(Vector128<float> v, float least, float most) =>
        (Vector128.GreaterThanOrEqual(v, Vector128.Create(least)) & Vector128.LessThanOrEqual(v, Vector128.Create(most)))
            .ExtractMostSignificantBits() != 0b1111;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleUnlessBelow(Vector128<float> p, Vector128<float> n, Vector128<float> x, float bound)
    {
        if (Avx512F.VL.IsSupported)
        {
            // "Not less than" is true for NaN, which must stay; the JIT folds the selection into the scaling as its mask.
            return Vector128.ConditionalSelect(
                Avx.CompareNotLessThan(x, Vector128.Create(bound)), Avx512F.VL.Scale(p, n), Vector128<float>.Zero);
        }

        var scale = ShiftLeft(n + Vector128.Create(ExponentRounder), MantissaBits);
        return Vector128.AndNot(p * scale, Vector128.LessThan(x, Vector128.Create(bound)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ShiftLeft(Vector128<float> v, int count) => Vector128.ShiftLeft(v.AsInt32(), count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ExponentBits(Vector128<float> v) =>
        Vector128.ShiftRightArithmetic(v.AsInt32() - Vector128.Create(BitsOfThreeQuarters), MantissaBits).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Unscale(Vector128<float> v, Vector128<float> exponentBits) =>
        (v.AsInt32() - Vector128.ShiftLeft(exponentBits.AsInt32(), MantissaBits)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFloat(Vector128<float> integers) => Vector128.ConvertToSingle(integers.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Mantissa(Vector128<float> v) => Avx512F.VL.GetMantissa(v, ThreeQuarters);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exponent(Vector128<float> v) => Avx512F.VL.GetExponent(v);
}
