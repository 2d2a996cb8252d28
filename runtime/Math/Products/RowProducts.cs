using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>
/// Products of a row or two with a matrix, as decoding has them: the matrix is read once, in the order of its memory.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RowProducts
{
    /// <summary>c = a · b for one row: [1 × inner] · [inner × columns].</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="a">The row.</param>
    /// <param name="b">The matrix.</param>
    /// <param name="strideB">Floats from row to row of it.</param>
    /// <param name="c">The target.</param>
    /// <param name="inner">Rows of the matrix.</param>
    /// <param name="columns">Its columns, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector>(ref float a, ref float b, int strideB, ref float c, int inner, int columns)
        where TVector : struct, IVector<TVector> =>
        Panels<TVector, One>(ref a, 0, ref b, strideB, ref c, 0, inner, columns, adds: false);

    /// <summary>c += a · b for one row.</summary>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TVector>(ref float a, ref float b, int strideB, ref float c, int inner, int columns)
        where TVector : struct, IVector<TVector> =>
        Panels<TVector, One>(ref a, 0, ref b, strideB, ref c, 0, inner, columns, adds: true);

    /// <summary>c = a · b for two rows.</summary>
    /// <param name="strideA">Floats from the first row to the second.</param>
    /// <param name="strideC">Floats from the first row of the target to the second.</param>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPair<TVector>(
        ref float a, int strideA, ref float b, int strideB, ref float c, int strideC, int inner, int columns)
        where TVector : struct, IVector<TVector> =>
        Panels<TVector, Two>(ref a, strideA, ref b, strideB, ref c, strideC, inner, columns, adds: false);

    /// <summary>c = a · bᵀ for one row: a dot product with each row of b.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="a">The row, whole vectors.</param>
    /// <param name="b">The matrix; it is read on to the next multiple of four rows.</param>
    /// <param name="strideB">Floats from row to row of it.</param>
    /// <param name="c">The target; it is written as far.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="inner">Numbers of a row, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots<TVector>(ref float a, ref float b, int strideB, ref float c, int rows, int inner)
        where TVector : struct, IVector<TVector>
    {
        if (typeof(TVector) == typeof(Floats16))
        {
            DotBlock<Vector512<float>, Lanes16>.Multiply(ref a, ref b, strideB, ref c, rows, inner);
        }
        else if (typeof(TVector) == typeof(Floats8))
        {
            DotBlock<Vector256<float>, Lanes8>.Multiply(ref a, ref b, strideB, ref c, rows, inner);
        }
        else
        {
            DotBlock<Vector128<float>, Lanes4>.Multiply(ref a, ref b, strideB, ref c, rows, inner);
        }
    }

    /// <summary>
    /// Panels as wide as the registers allow, then narrower ones: 16 sums where there are 32 registers, 8 where there are 16.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Panels<TVector, TRows>(
        ref float a, nint strideA, ref float b, nint strideB, ref float c, nint strideC, int inner, int columns, bool adds)
        where TVector : struct, IVector<TVector>
        where TRows : struct, IBlockSize
    {
        var left = columns / TVector.Count;
        var sums = (TVector.Count == 16 ? 16 : 8) / TRows.Count;
        for (; left >= sums; left -= sums)
        {
            if (sums == 16)
            {
                Panel<TVector, TRows, Sixteen, One>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }
            else if (sums == 8)
            {
                Panel<TVector, TRows, Eight, One>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }
            else
            {
                Panel<TVector, TRows, Four, One>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }

            b = ref Unsafe.Add(ref b, sums * TVector.Count);
            c = ref Unsafe.Add(ref c, sums * TVector.Count);
        }

        if (left >= 8)
        {
            Panel<TVector, TRows, Eight, Two>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            left -= 8;
            b = ref Unsafe.Add(ref b, 8 * TVector.Count);
            c = ref Unsafe.Add(ref c, 8 * TVector.Count);
        }

        if (left >= 4)
        {
            if (sums == 16)
            {
                Panel<TVector, TRows, Four, Four>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }
            else
            {
                Panel<TVector, TRows, Four, Two>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }

            left -= 4;
            b = ref Unsafe.Add(ref b, 4 * TVector.Count);
            c = ref Unsafe.Add(ref c, 4 * TVector.Count);
        }

        if (left >= 2)
        {
            if (sums > 4)
            {
                Panel<TVector, TRows, Two, Four>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }
            else
            {
                Panel<TVector, TRows, Two, Two>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
            }

            left -= 2;
            b = ref Unsafe.Add(ref b, 2 * TVector.Count);
            c = ref Unsafe.Add(ref c, 2 * TVector.Count);
        }

        if (left > 0)
        {
            Panel<TVector, TRows, One, Four>(ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
        }
    }

    /// <summary>A panel: as many rows of the matrix at a time as fit, then the last ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Panel<TVector, TRows, TVectors, TSteps>(
        ref float a, nint strideA, ref float b, nint strideB, ref float c, nint strideC, int inner, bool adds)
        where TVector : struct, IVector<TVector>
        where TRows : struct, IBlockSize
        where TVectors : struct, IBlockSize
        where TSteps : struct, IBlockSize
    {
        var whole = inner - (inner % TSteps.Count);
        for (var part = 0; part < whole; part += TileProducts.MostSummands * TSteps.Count)
        {
            Block<TVector, TRows, TVectors, TSteps>(
                ref Unsafe.Add(ref a, part), strideA, ref Unsafe.Add(ref b, part * strideB), strideB, ref c, strideC,
                Math.Min(TileProducts.MostSummands * TSteps.Count, whole - part), adds || part > 0);
        }

        if (whole < inner || inner == 0)
        {
            Block<TVector, TRows, TVectors, One>(
                ref Unsafe.Add(ref a, whole), strideA, ref Unsafe.Add(ref b, whole * strideB), strideB, ref c,
                strideC, inner - whole, adds || whole > 0);
        }
    }

    /// <summary>Panels of the platform's own vectors: with a struct around them the JIT moves sums between registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<TVector, TRows, TVectors, TSteps>(
        ref float a, nint strideA, ref float b, nint strideB, ref float c, nint strideC, int inner, bool adds)
        where TVector : struct, IVector<TVector>
        where TRows : struct, IBlockSize
        where TVectors : struct, IBlockSize
        where TSteps : struct, IBlockSize
    {
        if (typeof(TVector) == typeof(Floats16))
        {
            RowBlock<Vector512<float>, Lanes16, TRows, TVectors, TSteps>.Multiply(
                ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
        }
        else if (typeof(TVector) == typeof(Floats8))
        {
            RowBlock<Vector256<float>, Lanes8, TRows, TVectors, TSteps>.Multiply(
                ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
        }
        else
        {
            RowBlock<Vector128<float>, Lanes4, TRows, TVectors, TSteps>.Multiply(
                ref a, strideA, ref b, strideB, ref c, strideC, inner, adds);
        }
    }
}
