using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>The elementary functions of <see cref="VectorMath"/>, each written once for all widths.</summary>
/// <remarks>
/// Every polynomial has the least largest relative error of its degree on its interval (Remez's algorithm in 45 digits), with one
/// coefficient after another rounded to float and the rest refitted. Errors beside them are before rounding of the arithmetic.
/// </remarks>
internal static partial class Elementary<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    // 1.5·2^23: floats of this size are spaced by 1, so x + Rounder − Rounder is the whole number nearest to x, and the low bits of the sum
    // are that number. With 127 more they are the exponent field of 2^n.
    private const float Rounder = 12582912f;
    private const float ExponentRounder = Rounder + 127f;
    private const int MantissaBits = 23;
    private const float LeastNormal = 1.17549435e-38f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector C(float value) => TLanes.Create(value);

    /// <summary>p·x + c, a step of Horner's scheme.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step(TVector p, TVector x, float c) => TLanes.MultiplyAdd(p, x, C(c));
}
