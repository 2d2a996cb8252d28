using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>Eight lanes.</summary>
internal readonly struct Lanes8 : ILanes<Vector256<float>>
{
    private const int MantissaBits = 23;
    private const int BitsOfThreeQuarters = 0x3F400000;

    // As in VectorMath: the low 8 bits of n + ExponentRounder are the exponent field of 2^n.
    private const float ExponentRounder = 12582912f + 127f;

    // GetMantissa: the interval [¾, 3/2), the sign of −0 dropped, NaN for other negative numbers.
    private const byte ThreeQuarters = 0b1111;

    public static int Count => 8;

    public static bool Fused => true;

    public static bool SplitsNumbers => Avx512F.VL.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ref float from) => Vector256.LoadUnsafe(ref from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> v, ref float to) => v.StoreUnsafe(ref to);

    public static Vector256<float> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Indices;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => VectorMath.Sum(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LessOrEqual(Vector256<float> a, Vector256<float> b) => Vector256.LessThanOrEqual(a, b);

    public static float Lane(Vector256<float> v, int index) => v.GetElement(index);

    public static Vector256<float> WithLane(Vector256<float> v, int index, float value) => v.WithElement(index, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> And(Vector256<float> a, Vector256<float> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Or(Vector256<float> a, Vector256<float> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Xor(Vector256<float> a, Vector256<float> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> v) => Vector256.Abs(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Floor(Vector256<float> v) => Vector256.Floor(v);

    // Native: the instruction gives its second operand where one is NaN (on Arm, NaN), which costs nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AtMost(float limit, Vector256<float> v) => Vector256.MinNative(Vector256.Create(limit), v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Less(Vector256<float> a, Vector256<float> b) => Vector256.LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Equal(Vector256<float> a, Vector256<float> b) => Vector256.Equals(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Select(Vector256<float> mask, Vector256<float> a, Vector256<float> b) =>
        Vector256.ConditionalSelect(mask, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(Vector256<float> a, Vector256<float> b) => Vector256.LessThanAny(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyOutside(Vector256<float> v, float least, float most) =>
        (Vector256.GreaterThanOrEqual(v, Vector256.Create(least)) & Vector256.LessThanOrEqual(v, Vector256.Create(most)))
            .ExtractMostSignificantBits() != 0xFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ScaleUnlessBelow(Vector256<float> p, Vector256<float> n, Vector256<float> x, float bound)
    {
        if (Avx512F.VL.IsSupported)
        {
            // "Not less than" is true for NaN, which must stay; the JIT folds the selection into the scaling as its mask.
            return Vector256.ConditionalSelect(
                Avx.CompareNotLessThan(x, Vector256.Create(bound)), Avx512F.VL.Scale(p, n), Vector256<float>.Zero);
        }

        var scale = ShiftLeft(n + Vector256.Create(ExponentRounder), MantissaBits);
        return Vector256.AndNot(p * scale, Vector256.LessThan(x, Vector256.Create(bound)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ShiftLeft(Vector256<float> v, int count) => Vector256.ShiftLeft(v.AsInt32(), count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ExponentBits(Vector256<float> v) =>
        Vector256.ShiftRightArithmetic(v.AsInt32() - Vector256.Create(BitsOfThreeQuarters), MantissaBits).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Unscale(Vector256<float> v, Vector256<float> exponentBits) =>
        (v.AsInt32() - Vector256.ShiftLeft(exponentBits.AsInt32(), MantissaBits)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToFloat(Vector256<float> integers) => Vector256.ConvertToSingle(integers.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mantissa(Vector256<float> v) => Avx512F.VL.GetMantissa(v, ThreeQuarters);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exponent(Vector256<float> v) => Avx512F.VL.GetExponent(v);
}
