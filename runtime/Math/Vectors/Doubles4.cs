using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>Four doubles: a register of 256 bit, which half of <see cref="Floats8"/> fill.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Doubles4 : IDoubles<Doubles4, Floats8>
{
    private readonly Vector256<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Doubles4(Vector256<double> value) => _value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 Create(double value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 Lower(in Floats8 value) => new(Vector256.WidenLower(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 Upper(in Floats8 value) => new(Vector256.WidenUpper(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 SelectLower(in Floats8 mask, in Doubles4 a, in Doubles4 b) =>
        new(Vector256.ConditionalSelect(Vector256.WidenLower(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 SelectUpper(in Floats8 mask, in Doubles4 a, in Doubles4 b) =>
        new(Vector256.ConditionalSelect(Vector256.WidenUpper(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 MultiplyAdd(in Doubles4 a, in Doubles4 b, in Doubles4 c) =>
        new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(in Doubles4 value) => VectorMath.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 operator +(in Doubles4 a, in Doubles4 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 operator -(in Doubles4 a, in Doubles4 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 operator *(in Doubles4 a, in Doubles4 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 operator /(in Doubles4 a, in Doubles4 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles4 operator -(in Doubles4 a) => new(-a._value);
}
