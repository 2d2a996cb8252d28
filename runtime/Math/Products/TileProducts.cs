using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>
/// Products of tiles in register blocks. The left operand may lie either way: it has a distance from row to row and one along the inner
/// axis, so that aᵀ · b is this product too.
/// </summary>
/// <remarks>
/// <para>
/// A panel of the columns, as wide as a block, goes through all rows before the next one does: its part of B then stays in the first-level
/// cache. 24 sums, 4 vectors of B and a number of A are what 32 registers of 512 bit hold; with 16 registers a block has 12 sums.
/// </para>
/// <para>
/// Columns are whole vectors: padding is computed as all else is. Of rows that are left over at the end of a tile, two or four at a time
/// are computed, so that one or three need memory for another.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TileProducts
{
    /// <summary>Longer sums are made of parts of so many summands, since rounding grows with the larger of the two numbers.</summary>
    internal const int MostSummands = 512;

    /// <summary>The diagonal of a left operand that has none: beyond the inner axis in each row.</summary>
    private const int NoDiagonal = int.MaxValue / 2;

    /// <summary>c = a · b: [rows × inner] · [inner × columns].</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="a">The left operand.</param>
    /// <param name="rowA">Floats from row to row of a.</param>
    /// <param name="innerA">
    /// Floats along the inner axis of a: 1, or where a is read transposed those from row to row of what lies in memory, and then
    /// <paramref name="rowA"/> is 1.
    /// </param>
    /// <param name="b">The right operand.</param>
    /// <param name="strideB">Floats from row to row of b.</param>
    /// <param name="c">The target.</param>
    /// <param name="strideC">Floats from row to row of c.</param>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="inner">Columns of a, rows of b.</param>
    /// <param name="columns">Columns of b and c, whole vectors.</param>
    /// <param name="diagonal">
    /// The column of the diagonal in the first row of a, where a is lower triangular: what is right of it is 0, and mostly left out.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, int strideC, int rows, int inner, int columns,
        int diagonal = NoDiagonal)
        where TVector : struct, IVector<TVector>
    {
        if (inner <= MostSummands)
        {
            Panels<TVector, Write>(ref a, rowA, innerA, ref b, strideB, ref c, ref c, strideC, rows, inner, columns, diagonal);
            return;
        }

        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j += TVector.Count)
            {
                TVector.Store(TVector.Zero, ref Unsafe.Add(ref c, (i * strideC) + j));
            }
        }

        Add<TVector>(ref a, rowA, innerA, ref b, strideB, ref c, strideC, rows, inner, columns, diagonal);
    }

    /// <summary>c += a · b.</summary>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TVector>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, int strideC, int rows, int inner, int columns,
        int diagonal = NoDiagonal)
        where TVector : struct, IVector<TVector>
    {
        for (nint part = 0; part < inner; part += MostSummands)
        {
            Panels<TVector, Add>(
                ref Unsafe.Add(ref a, part * innerA), rowA, innerA, ref Unsafe.Add(ref b, part * strideB), strideB, ref c, ref c, strideC,
                rows, Math.Min(MostSummands, inner - (int)part), columns, diagonal - (int)part);
        }
    }

    /// <summary>c += a · b, and where asked for so does a second matrix, which is laid out as c is.</summary>
    /// <param name="second">The second matrix.</param>
    /// <param name="both">Whether it is asked for.</param>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddToBoth<TVector>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, ref float second, bool both, int strideC, int rows,
        int inner, int columns)
        where TVector : struct, IVector<TVector>
    {
        if (both)
        {
            Panels<TVector, AddToBoth>(ref a, rowA, innerA, ref b, strideB, ref c, ref second, strideC, rows, inner, columns, NoDiagonal);
        }
        else
        {
            Panels<TVector, Add>(ref a, rowA, innerA, ref b, strideB, ref c, ref c, strideC, rows, inner, columns, NoDiagonal);
        }
    }

    /// <summary>c + rest += a · b, in twice the precision; the matrix of rests is laid out as c is.</summary>
    /// <param name="rest">What c loses by rounding.</param>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddCompensated<TVector>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, ref float rest, int strideC,
        int rows, int inner, int columns)
        where TVector : struct, IVector<TVector> =>
        Panels<TVector, AddCompensated>(ref a, rowA, innerA, ref b, strideB, ref c, ref rest, strideC, rows, inner, columns, NoDiagonal);

    /// <summary>The lower triangle of c = a · b, 0 right of its diagonal.</summary>
    /// <remarks>
    /// Blocks are narrow, 16 columns or 8, so that little is computed that is not stored. Rows past the last, up to a whole block, are
    /// written.
    /// </remarks>
    /// <param name="diagonal">The column of the diagonal in the first row of c.</param>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyLower<TVector>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, int strideC, int rows, int inner,
        int columns, int diagonal)
        where TVector : struct, IVector<TVector>
    {
        if (TVector.Count == 16)
        {
            Triangle<TVector, Twelve, One>(ref a, rowA, innerA, ref b, strideB, ref c, strideC, rows, inner, columns, diagonal);
        }
        else
        {
            Triangle<TVector, Six, Two>(ref a, rowA, innerA, ref b, strideB, ref c, strideC, rows, inner, columns, diagonal);
        }
    }

    /// <summary>Panels as wide as a register block, then a narrower one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Panels<TVector, TStore>(
        ref float a, int rowA, int innerA, ref float b, int strideB, ref float c, ref float second, int strideC, int rows, int inner,
        int columns, int diagonal)
        where TVector : struct, IVector<TVector>
        where TStore : struct, IBlockStore
    {
        var vectors = columns / TVector.Count;
        if (TVector.Count == 16)
        {
            if (vectors >= 4)
            {
                var panels = vectors / 4;
                Rows<TVector, Four, TStore>(ref a, rowA, innerA, ref b, strideB, ref c, ref second, strideC, rows, inner, panels, diagonal);
                vectors -= 4 * panels;
                b = ref Unsafe.Add(ref b, panels * 64);
                c = ref Unsafe.Add(ref c, panels * 64);
                second = ref Unsafe.Add(ref second, panels * 64);
            }

            if (vectors == 3)
            {
                Rows<TVector, Three, TStore>(ref a, rowA, innerA, ref b, strideB, ref c, ref second, strideC, rows, inner, 1, diagonal);
                return;
            }
        }

        if (vectors >= 2)
        {
            var panels = vectors / 2;
            Rows<TVector, Two, TStore>(ref a, rowA, innerA, ref b, strideB, ref c, ref second, strideC, rows, inner, panels, diagonal);
            vectors -= 2 * panels;
            b = ref Unsafe.Add(ref b, panels * 2 * TVector.Count);
            c = ref Unsafe.Add(ref c, panels * 2 * TVector.Count);
            second = ref Unsafe.Add(ref second, panels * 2 * TVector.Count);
        }

        if (vectors > 0)
        {
            Rows<TVector, One, TStore>(ref a, rowA, innerA, ref b, strideB, ref c, ref second, strideC, rows, inner, 1, diagonal);
        }
    }

    /// <summary>All rows of some panels: blocks of six, then what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<TVector, TVectors, TStore>(
        ref float a, nint rowA, nint innerA, ref float b, nint strideB, ref float c, ref float second, nint strideC, int rows, int inner,
        int panels, int diagonal)
        where TVector : struct, IVector<TVector>
        where TVectors : struct, IBlockSize
        where TStore : struct, IBlockStore
    {
        var blocks = (rows + 1) / 6;
        if (blocks > 0)
        {
            Block<TVector, Six, TVectors, TStore>(
                ref a, rowA * sizeof(float), innerA * sizeof(float), ref b, strideB * sizeof(float), inner, ref c, ref second,
                strideC * sizeof(float), blocks, panels, diagonal, default);
        }

        var i = 6 * blocks;
        if (i + 2 < rows)
        {
            Block<TVector, Four, TVectors, TStore>(
                ref Unsafe.Add(ref a, i * rowA), rowA * sizeof(float), innerA * sizeof(float), ref b, strideB * sizeof(float), inner,
                ref Unsafe.Add(ref c, i * strideC), ref Unsafe.Add(ref second, i * strideC), strideC * sizeof(float), 1, panels,
                diagonal + i, default);
        }
        else if (i < rows)
        {
            Block<TVector, Two, TVectors, TStore>(
                ref Unsafe.Add(ref a, i * rowA), rowA * sizeof(float), innerA * sizeof(float), ref b, strideB * sizeof(float), inner,
                ref Unsafe.Add(ref c, i * strideC), ref Unsafe.Add(ref second, i * strideC), strideC * sizeof(float), 1, panels,
                diagonal + i, default);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Triangle<TVector, TRows, TVectors>(
        ref float a, nint rowA, nint innerA, ref float b, nint strideB, ref float c, nint strideC, int rows,
        int inner, int columns, int diagonal)
        where TVector : struct, IVector<TVector>
        where TRows : struct, IBlockSize
        where TVectors : struct, IBlockSize
    {
        for (nint j = 0; j < columns; j += TVectors.Count * TVector.Count)
        {
            for (nint i = 0; i < rows; i += TRows.Count)
            {
                ref var block = ref Unsafe.Add(ref c, (i * strideC) + j);
                if (j > diagonal + i + TRows.Count - 1)
                {
                    for (nint r = 0; r < TRows.Count; r++)
                    {
                        for (nint v = 0; v < TVectors.Count; v++)
                        {
                            TVector.Store(TVector.Zero, ref Unsafe.Add(ref block, (r * strideC) + (v * TVector.Count)));
                        }
                    }

                    continue;
                }

                Block<TVector, TRows, TVectors, WriteLower>(
                    ref Unsafe.Add(ref a, i * rowA), rowA * sizeof(float), innerA * sizeof(float), ref Unsafe.Add(ref b, j),
                    strideB * sizeof(float), inner, ref block, ref block, strideC * sizeof(float), 1, 1, NoDiagonal,
                    new WriteLower(diagonal + i - j));
            }
        }
    }

    /// <summary>Register blocks of the platform's own vectors: with a struct around them the JIT moves sums between registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<TVector, TRows, TVectors, TStore>(
        ref float a, nint rowA, nint stepA, ref float b, nint strideB, int inner, ref float c, ref float second, nint strideC,
        int blocks, int panels, int diagonal, TStore store)
        where TVector : struct, IVector<TVector>
        where TRows : struct, IBlockSize
        where TVectors : struct, IBlockSize
        where TStore : struct, IBlockStore
    {
        if (typeof(TVector) == typeof(Floats16))
        {
            RegisterBlock<Vector512<float>, Lanes16, TRows, TVectors, TStore>.Multiply(
                ref a, rowA, stepA, ref b, strideB, inner, ref c, ref second, strideC, blocks, panels, diagonal, store);
        }
        else if (typeof(TVector) == typeof(Floats8))
        {
            RegisterBlock<Vector256<float>, Lanes8, TRows, TVectors, TStore>.Multiply(
                ref a, rowA, stepA, ref b, strideB, inner, ref c, ref second, strideC, blocks, panels, diagonal, store);
        }
        else
        {
            RegisterBlock<Vector128<float>, Lanes4, TRows, TVectors, TStore>.Multiply(
                ref a, rowA, stepA, ref b, strideB, inner, ref c, ref second, strideC, blocks, panels, diagonal, store);
        }
    }
}
