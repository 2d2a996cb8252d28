using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Products with projections that are lengths · H·D₃·H·D₂·H·D₁: for each vector of tokens, and each block of P projections, three rounds of signs and a fast
/// Walsh–Hadamard transform, P·log2 P additions each.
/// </summary>
/// <remarks>
/// Tokens lie in the lanes, so that no butterfly crosses them; tiles have their numbers in the lanes, so tokens are transposed on the way in and features on the
/// way out. Several stages of a transform are done in registers at a time: four where there are 32 registers, else three.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class HadamardTransform
{
    private const int Rounds = 3;

    /// <summary>c = a · Wᵀ, a row of c being lengths · H·D₃·H·D₂·H·D₁·x for each block of projections.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="a">Tokens, [rows × columns].</param>
    /// <param name="strideA">Floats from row to row of a.</param>
    /// <param name="w">The packed projections: signs [blocks, 3, P], then from <paramref name="lengths"/> on a length for each projection.</param>
    /// <param name="lengths">Where the lengths begin in w.</param>
    /// <param name="c">The target, [rows × projections].</param>
    /// <param name="strideC">Floats from row to row of c.</param>
    /// <param name="work">2·P vectors of scratch memory.</param>
    /// <param name="rows">Tokens; whole vectors of them are written.</param>
    /// <param name="columns">Numbers of a token.</param>
    /// <param name="block">P, a power of two that is not smaller.</param>
    /// <param name="projections">How many there are; of the last block the rest is left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector>(
        ref float a, int strideA, ref float w, int lengths, ref float c, int strideC, ref float work, int rows, int columns, int block, int projections)
        where TVector : struct, IVector<TVector>
    {
        int lanes = TVector.Count;
        ref float x = ref work; // [P × lanes]
        ref float y = ref Unsafe.Add(ref work, block * lanes); // [P × lanes]
        if (columns < block)
        {
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref x, columns * lanes), (block - columns) * lanes).Clear();
        }

        for (nint i = 0; i < rows; i += lanes)
        {
            TileCopy.LoadTransposed(ref Unsafe.Add(ref a, i * strideA), strideA, Math.Min(lanes, rows - (int)i), columns, ref x, lanes);
            for (nint j = 0; j < projections; j += block)
            {
                ref float signs = ref Unsafe.Add(ref w, Rounds * j);
                ref float length = ref Unsafe.Add(ref w, lengths + j);
                Round<TVector, Unscaled>(ref x, ref y, block, ref signs, ref length);
                Round<TVector, Unscaled>(ref y, ref y, block, ref Unsafe.Add(ref signs, block), ref length);
                Round<TVector, Scaled>(ref y, ref y, block, ref Unsafe.Add(ref signs, 2 * block), ref length);
                TileCopy.Transpose(ref y, lanes, Math.Min(block, projections - (int)j), lanes, ref Unsafe.Add(ref c, (i * strideC) + j), strideC);
            }
        }
    }

    /// <summary>to = lengths · H · signs · from, in passes of as many stages as fit the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TVector, TLengths>(ref float from, ref float to, int block, ref float signs, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TLengths : struct, IRowScale
    {
        int stages = BitOperations.Log2((uint)block);
        int most = TVector.Count == 16 ? 4 : 3;
        int passes = Math.Max(1, (stages + most - 1) / most);
        int distance = 1;
        for (int pass = 0; pass < passes; pass++)
        {
            int radix = 1 << ((stages / passes) + (pass < stages % passes ? 1 : 0));
            bool isLast = pass == passes - 1;
            if (pass == 0 && isLast)
            {
                Pass<TVector, Scaled, TLengths>(ref from, ref to, block, distance, radix, ref signs, ref lengths);
            }
            else if (pass == 0)
            {
                Pass<TVector, Scaled, Unscaled>(ref from, ref to, block, distance, radix, ref signs, ref lengths);
            }
            else if (isLast)
            {
                Pass<TVector, Unscaled, TLengths>(ref to, ref to, block, distance, radix, ref signs, ref lengths);
            }
            else
            {
                Pass<TVector, Unscaled, Unscaled>(ref to, ref to, block, distance, radix, ref signs, ref lengths);
            }

            distance *= radix;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TVector, TSigns, TLengths>(
        ref float from, ref float to, int block, int distance, int radix, ref float signs, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TSigns : struct, IRowScale
        where TLengths : struct, IRowScale
    {
        switch (radix)
        {
            case 16:
                Butterflies<TVector, Sixteen, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 8:
                Butterflies<TVector, Eight, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 4:
                Butterflies<TVector, Four, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 2:
                Butterflies<TVector, Two, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 1:
                Butterflies<TVector, One, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(radix));
        }
    }

    /// <summary>to = H over every so many rows that are a distance apart, of the rows times their signs, times their lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Butterflies<TVector, TRadix, TSigns, TLengths>(
        ref float from, ref float to, int block, int distance, ref float signs, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TRadix : struct, IBlockSize
        where TSigns : struct, IRowScale
        where TLengths : struct, IRowScale
    {
        nint apart = distance;
        for (nint first = 0; first < block; first += TRadix.Count * apart)
        {
            for (nint row = first; row < first + apart; row++)
            {
                TVector v0 = Row<TVector, TSigns>(ref from, row, ref signs);
                TVector v1 = TVector.Zero, v2 = TVector.Zero, v3 = TVector.Zero, v4 = TVector.Zero, v5 = TVector.Zero, v6 = TVector.Zero, v7 = TVector.Zero;
                TVector v8 = TVector.Zero, v9 = TVector.Zero, v10 = TVector.Zero, v11 = TVector.Zero, v12 = TVector.Zero, v13 = TVector.Zero, v14 = TVector.Zero, v15 = TVector.Zero;
                if (typeof(TRadix) != typeof(One))
                {
                    v1 = Row<TVector, TSigns>(ref from, row + apart, ref signs);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    v2 = Row<TVector, TSigns>(ref from, row + (2 * apart), ref signs);
                    v3 = Row<TVector, TSigns>(ref from, row + (3 * apart), ref signs);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    v4 = Row<TVector, TSigns>(ref from, row + (4 * apart), ref signs);
                    v5 = Row<TVector, TSigns>(ref from, row + (5 * apart), ref signs);
                    v6 = Row<TVector, TSigns>(ref from, row + (6 * apart), ref signs);
                    v7 = Row<TVector, TSigns>(ref from, row + (7 * apart), ref signs);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    v8 = Row<TVector, TSigns>(ref from, row + (8 * apart), ref signs);
                    v9 = Row<TVector, TSigns>(ref from, row + (9 * apart), ref signs);
                    v10 = Row<TVector, TSigns>(ref from, row + (10 * apart), ref signs);
                    v11 = Row<TVector, TSigns>(ref from, row + (11 * apart), ref signs);
                    v12 = Row<TVector, TSigns>(ref from, row + (12 * apart), ref signs);
                    v13 = Row<TVector, TSigns>(ref from, row + (13 * apart), ref signs);
                    v14 = Row<TVector, TSigns>(ref from, row + (14 * apart), ref signs);
                    v15 = Row<TVector, TSigns>(ref from, row + (15 * apart), ref signs);
                }

                if (typeof(TRadix) != typeof(One))
                {
                    (v0, v1) = (v0 + v1, v0 - v1);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    (v2, v3) = (v2 + v3, v2 - v3);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v4, v5) = (v4 + v5, v4 - v5);
                    (v6, v7) = (v6 + v7, v6 - v7);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v9) = (v8 + v9, v8 - v9);
                    (v10, v11) = (v10 + v11, v10 - v11);
                    (v12, v13) = (v12 + v13, v12 - v13);
                    (v14, v15) = (v14 + v15, v14 - v15);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    (v0, v2) = (v0 + v2, v0 - v2);
                    (v1, v3) = (v1 + v3, v1 - v3);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v4, v6) = (v4 + v6, v4 - v6);
                    (v5, v7) = (v5 + v7, v5 - v7);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v10) = (v8 + v10, v8 - v10);
                    (v9, v11) = (v9 + v11, v9 - v11);
                    (v12, v14) = (v12 + v14, v12 - v14);
                    (v13, v15) = (v13 + v15, v13 - v15);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v0, v4) = (v0 + v4, v0 - v4);
                    (v1, v5) = (v1 + v5, v1 - v5);
                    (v2, v6) = (v2 + v6, v2 - v6);
                    (v3, v7) = (v3 + v7, v3 - v7);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v12) = (v8 + v12, v8 - v12);
                    (v9, v13) = (v9 + v13, v9 - v13);
                    (v10, v14) = (v10 + v14, v10 - v14);
                    (v11, v15) = (v11 + v15, v11 - v15);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v0, v8) = (v0 + v8, v0 - v8);
                    (v1, v9) = (v1 + v9, v1 - v9);
                    (v2, v10) = (v2 + v10, v2 - v10);
                    (v3, v11) = (v3 + v11, v3 - v11);
                    (v4, v12) = (v4 + v12, v4 - v12);
                    (v5, v13) = (v5 + v13, v5 - v13);
                    (v6, v14) = (v6 + v14, v6 - v14);
                    (v7, v15) = (v7 + v15, v7 - v15);
                }

                Store<TVector, TLengths>(v0, ref to, row, ref lengths);
                if (typeof(TRadix) != typeof(One))
                {
                    Store<TVector, TLengths>(v1, ref to, row + apart, ref lengths);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    Store<TVector, TLengths>(v2, ref to, row + (2 * apart), ref lengths);
                    Store<TVector, TLengths>(v3, ref to, row + (3 * apart), ref lengths);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    Store<TVector, TLengths>(v4, ref to, row + (4 * apart), ref lengths);
                    Store<TVector, TLengths>(v5, ref to, row + (5 * apart), ref lengths);
                    Store<TVector, TLengths>(v6, ref to, row + (6 * apart), ref lengths);
                    Store<TVector, TLengths>(v7, ref to, row + (7 * apart), ref lengths);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    Store<TVector, TLengths>(v8, ref to, row + (8 * apart), ref lengths);
                    Store<TVector, TLengths>(v9, ref to, row + (9 * apart), ref lengths);
                    Store<TVector, TLengths>(v10, ref to, row + (10 * apart), ref lengths);
                    Store<TVector, TLengths>(v11, ref to, row + (11 * apart), ref lengths);
                    Store<TVector, TLengths>(v12, ref to, row + (12 * apart), ref lengths);
                    Store<TVector, TLengths>(v13, ref to, row + (13 * apart), ref lengths);
                    Store<TVector, TLengths>(v14, ref to, row + (14 * apart), ref lengths);
                    Store<TVector, TLengths>(v15, ref to, row + (15 * apart), ref lengths);
                }
            }
        }
    }

    /// <summary>A row, a number of each token, times its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Row<TVector, TSigns>(ref float from, nint row, ref float signs)
        where TVector : struct, IVector<TVector>
        where TSigns : struct, IRowScale =>
        TSigns.Scale(TVector.Load(ref Unsafe.Add(ref from, row * TVector.Count)), ref signs, row);

    /// <summary>Stores a row times its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVector, TLengths>(TVector value, ref float to, nint row, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TLengths : struct, IRowScale =>
        TVector.Store(TLengths.Scale(value, ref lengths, row), ref Unsafe.Add(ref to, row * TVector.Count));

    /// <summary>Whether rows are scaled, as a type, so that it is decided where a pass is compiled.</summary>
    private interface IRowScale
    {
        /// <summary>A row, times its scale where it has one.</summary>
        static abstract TVector Scale<TVector>(TVector value, ref float scales, nint row)
            where TVector : struct, IVector<TVector>;
    }

    private readonly struct Scaled : IRowScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Scale<TVector>(TVector value, ref float scales, nint row)
            where TVector : struct, IVector<TVector> => value * TVector.Create(Unsafe.Add(ref scales, row));
    }

    private readonly struct Unscaled : IRowScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Scale<TVector>(TVector value, ref float scales, nint row)
            where TVector : struct, IVector<TVector> => value;
    }
}
