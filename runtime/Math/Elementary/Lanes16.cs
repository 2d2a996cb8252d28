using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>Sixteen lanes.</summary>
internal readonly struct Lanes16 : ILanes<Vector512<float>>
{
    private const int MantissaBits = 23;
    private const int BitsOfThreeQuarters = 0x3F400000;

    // As in VectorMath: the low 8 bits of n + ExponentRounder are the exponent field of 2^n.
    private const float ExponentRounder = 12582912f + 127f;

    // GetMantissa: the interval [¾, 3/2), the sign of −0 dropped, NaN for other negative numbers.
    private const byte ThreeQuarters = 0b1111;

    public static int Count => 16;

    public static bool Fused => true;

    public static bool SplitsNumbers => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ref float from) => Vector512.LoadUnsafe(ref from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> v, ref float to) => v.StoreUnsafe(ref to);

    public static Vector512<float> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Indices;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> v) => VectorMath.Sum(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LessOrEqual(Vector512<float> a, Vector512<float> b) => Vector512.LessThanOrEqual(a, b);

    public static float Lane(Vector512<float> v, int index) => v.GetElement(index);

    public static Vector512<float> WithLane(Vector512<float> v, int index, float value) => v.WithElement(index, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> And(Vector512<float> a, Vector512<float> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Or(Vector512<float> a, Vector512<float> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Xor(Vector512<float> a, Vector512<float> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Abs(Vector512<float> v) => Vector512.Abs(v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Floor(Vector512<float> v) => Vector512.Floor(v);

    // Native: the instruction gives its second operand where one is NaN (on Arm, NaN), which costs nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AtMost(float limit, Vector512<float> v) => Vector512.MinNative(Vector512.Create(limit), v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Less(Vector512<float> a, Vector512<float> b) => Vector512.LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Equal(Vector512<float> a, Vector512<float> b) => Vector512.Equals(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Select(Vector512<float> mask, Vector512<float> a, Vector512<float> b) =>
        Vector512.ConditionalSelect(mask, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(Vector512<float> a, Vector512<float> b) => Vector512.LessThanAny(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyOutside(Vector512<float> v, float least, float most) =>
        (Vector512.GreaterThanOrEqual(v, Vector512.Create(least)) & Vector512.LessThanOrEqual(v, Vector512.Create(most)))
            .ExtractMostSignificantBits() != 0xFFFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ScaleUnlessBelow(Vector512<float> p, Vector512<float> n, Vector512<float> x, float bound)
    {
        if (Avx512F.IsSupported)
        {
            // "Not less than" is true for NaN, which must stay; the JIT folds the selection into the scaling as its mask.
            return Vector512.ConditionalSelect(
                Avx512F.CompareNotLessThan(x, Vector512.Create(bound)), Avx512F.Scale(p, n), Vector512<float>.Zero);
        }

        var scale = ShiftLeft(n + Vector512.Create(ExponentRounder), MantissaBits);
        return Vector512.AndNot(p * scale, Vector512.LessThan(x, Vector512.Create(bound)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ShiftLeft(Vector512<float> v, int count) => Vector512.ShiftLeft(v.AsInt32(), count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExponentBits(Vector512<float> v) =>
        Vector512.ShiftRightArithmetic(v.AsInt32() - Vector512.Create(BitsOfThreeQuarters), MantissaBits).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Unscale(Vector512<float> v, Vector512<float> exponentBits) =>
        (v.AsInt32() - Vector512.ShiftLeft(exponentBits.AsInt32(), MantissaBits)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToFloat(Vector512<float> integers) => Vector512.ConvertToSingle(integers.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Mantissa(Vector512<float> v) => Avx512F.GetMantissa(v, ThreeQuarters);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exponent(Vector512<float> v) => Avx512F.GetExponent(v);
}
