using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Products of a few rows, element by element: register blocks would compute, and matrices in between would move, many times as much.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ShortProducts
{
    /// <summary>c = a · bᵀ, [rows × columns], lower triangle: 0 right of the diagonal.</summary>
    /// <param name="a">[rows × inner]; b is [columns × inner].</param>
    /// <param name="strideA">Floats from row to row of a; so are the others.</param>
    /// <param name="inner">Whole vectors of the kernel, whatever is padding being 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LowerScores(
        ref float a, int strideA, int rows, ref float b, int strideB, int columns, int inner, ref float c, int strideC)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                Unsafe.Add(ref c, (nint)row * strideC + column) = column > row
                    ? 0
                    : Dot(ref Unsafe.Add(ref a, (nint)row * strideA), ref Unsafe.Add(ref b, (nint)column * strideB), inner);
            }
        }
    }

    /// <summary>c = (a · bᵀ) · v, [rows × columns]: what a · (bᵀ · v) is, without the matrix in between.</summary>
    /// <param name="a">[rows × inner]; b is [keys × inner].</param>
    /// <param name="v">[keys × columns].</param>
    /// <param name="inner">Whole vectors of the kernel, whatever is padding being 0; so are the columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(
        ref float a, int strideA, int rows, ref float b, int strideB, ref float v, int strideV, int keys, int inner, int columns,
        ref float c, int strideC)
    {
        for (var row = 0; row < rows; row++)
        {
            ref var to = ref Unsafe.Add(ref c, (nint)row * strideC);
            for (var key = 0; key < keys; key++)
            {
                var score = Dot(ref Unsafe.Add(ref a, (nint)row * strideA), ref Unsafe.Add(ref b, (nint)key * strideB), inner);
                ref var value = ref Unsafe.Add(ref v, (nint)key * strideV);
                for (nuint j = 0; j < (nuint)columns; j += (nuint)Vector<float>.Count)
                {
                    var weighted = Vector.LoadUnsafe(ref value, j) * score;
                    (key == 0 ? weighted : Vector.LoadUnsafe(ref to, j) + weighted).StoreUnsafe(ref to, j);
                }
            }
        }
    }

    /// <summary>Σ a·b over whole vectors, in two sums a lane so that one multiply-add need not wait for the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot(ref float a, ref float b, int count)
    {
        var even = Vector<float>.Zero;
        var odd = Vector<float>.Zero;
        var step = (nuint)Vector<float>.Count;
        nuint i = 0;
        for (; i + 2 * step <= (nuint)count; i += 2 * step)
        {
            even = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref a, i), Vector.LoadUnsafe(ref b, i), even);
            odd = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref a, i + step), Vector.LoadUnsafe(ref b, i + step), odd);
        }

        if (i < (nuint)count)
        {
            even = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref a, i), Vector.LoadUnsafe(ref b, i), even);
        }

        return Vector.Sum(even + odd);
    }
}
