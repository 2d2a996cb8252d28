using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>Two doubles: a register of 128 bit, which half of <see cref="Floats4"/> fill.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Doubles2 : IDoubles<Doubles2, Floats4>
{
    private readonly Vector128<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Doubles2(Vector128<double> value) => _value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 Create(double value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 Lower(in Floats4 value) => new(Vector128.WidenLower(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 Upper(in Floats4 value) => new(Vector128.WidenUpper(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 SelectLower(in Floats4 mask, in Doubles2 a, in Doubles2 b) =>
        new(Vector128.ConditionalSelect(Vector128.WidenLower(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 SelectUpper(in Floats4 mask, in Doubles2 a, in Doubles2 b) =>
        new(Vector128.ConditionalSelect(Vector128.WidenUpper(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 MultiplyAdd(in Doubles2 a, in Doubles2 b, in Doubles2 c) =>
        new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(in Doubles2 value) => VectorMath.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 operator +(in Doubles2 a, in Doubles2 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 operator -(in Doubles2 a, in Doubles2 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 operator *(in Doubles2 a, in Doubles2 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 operator /(in Doubles2 a, in Doubles2 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles2 operator -(in Doubles2 a) => new(-a._value);
}
