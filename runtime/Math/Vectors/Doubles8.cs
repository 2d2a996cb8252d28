using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>Eight doubles: a register of 512 bit, which half of <see cref="Floats16"/> fill.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Doubles8 : IDoubles<Doubles8, Floats16>
{
    private readonly Vector512<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Doubles8(Vector512<double> value) => _value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 Create(double value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 Lower(in Floats16 value) => new(Vector512.WidenLower(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 Upper(in Floats16 value) => new(Vector512.WidenUpper(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 SelectLower(in Floats16 mask, in Doubles8 a, in Doubles8 b) =>
        new(Vector512.ConditionalSelect(Vector512.WidenLower(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 SelectUpper(in Floats16 mask, in Doubles8 a, in Doubles8 b) =>
        new(Vector512.ConditionalSelect(Vector512.WidenUpper(mask.Value.AsInt32()).AsDouble(), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 MultiplyAdd(in Doubles8 a, in Doubles8 b, in Doubles8 c) =>
        new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(in Doubles8 value) => VectorMath.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 operator +(in Doubles8 a, in Doubles8 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 operator -(in Doubles8 a, in Doubles8 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 operator *(in Doubles8 a, in Doubles8 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 operator /(in Doubles8 a, in Doubles8 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Doubles8 operator -(in Doubles8 a) => new(-a._value);
}
