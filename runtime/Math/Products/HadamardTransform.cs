using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelGen.CompilerServices;

/// <summary>
/// Products with projections that are lengths · H·D₃·H·D₂·H·D₁: for each vector of tokens, and each block of P projections, three rounds of
/// signs and a fast Walsh–Hadamard transform, P·log2 P additions each.
/// </summary>
/// <remarks>
/// Tokens lie in the lanes, so that no butterfly crosses them; tiles have their numbers in the lanes, so tokens are transposed on the way
/// in and features on the way out. Several stages of a transform are done in registers at a time: four where there are 32 registers, else
/// three.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class HadamardTransform
{
    private const int Rounds = 3;

    /// <summary>c = a · Wᵀ, a row of c being lengths · H·D₃·H·D₂·H·D₁·x for each block of projections.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="a">Tokens, [rows × columns].</param>
    /// <param name="strideA">Floats from row to row of a.</param>
    /// <param name="w">
    /// The packed projections: signs [blocks, 3, P], then from <paramref name="lengths"/> on a length for each projection.
    /// </param>
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
        ref float a, int strideA, ref float w, int lengths, ref float c, int strideC, ref float work, int rows,
        int columns, int block, int projections)
        where TVector : struct, IVector<TVector>
    {
        var lanes = TVector.Count;
        ref var x = ref work; // [P × lanes]
        ref var y = ref Unsafe.Add(ref work, block * lanes); // [P × lanes]
        if (columns < block)
        {
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref x, columns * lanes), (block - columns) * lanes).Clear();
        }

        // Stages of a transform are spread evenly over as few passes as the registers allow.
        var stages = BitOperations.Log2((uint)block);
        var most = TVector.Count == 16 ? 4 : 3;
        var passes = Math.Max(1, (stages + most - 1) / most);
        var (each, longer) = Math.DivRem(stages, passes);
        for (nint i = 0; i < rows; i += lanes)
        {
            TileCopy.LoadTransposed(ref Unsafe.Add(ref a, i * strideA), strideA, Math.Min(lanes, rows - (int)i), columns, ref x, lanes);
            for (nint j = 0; j < projections; j += block)
            {
                ref var signs = ref Unsafe.Add(ref w, Rounds * j);
                ref var length = ref Unsafe.Add(ref w, lengths + j);
                Round<TVector, Unscaled>(ref x, ref y, block, passes, each, longer, ref signs, ref length);
                Round<TVector, Unscaled>(ref y, ref y, block, passes, each, longer, ref Unsafe.Add(ref signs, block), ref length);
                Round<TVector, Scaled>(ref y, ref y, block, passes, each, longer, ref Unsafe.Add(ref signs, 2 * block), ref length);
                TileCopy.Transpose(
                    ref y, lanes, Math.Min(block, projections - (int)j), lanes, ref Unsafe.Add(ref c, (i * strideC) + j), strideC);
            }
        }
    }

    /// <summary>to = lengths · H · signs · from, in passes of so many stages each, the first of them longer by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TVector, TLengths>(
        ref float from, ref float to, int block, int passes, int each, int longer, ref float signs, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TLengths : struct, IRowScale
    {
        var distance = 1;
        for (var pass = 0; pass < passes; pass++)
        {
            var radix = 1 << (each + (pass < longer ? 1 : 0));
            var isLast = pass == passes - 1;
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

    /// <summary>A pass, in the platform's own vectors: with a struct around them the JIT moves numbers between registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TVector, TSigns, TLengths>(
        ref float from, ref float to, int block, int distance, int radix, ref float signs, ref float lengths)
        where TVector : struct, IVector<TVector>
        where TSigns : struct, IRowScale
        where TLengths : struct, IRowScale
    {
        if (typeof(TVector) == typeof(Floats16))
        {
            Pass<Vector512<float>, Lanes16, TSigns, TLengths>(ref from, ref to, block, distance, radix, ref signs, ref lengths);
        }
        else if (typeof(TVector) == typeof(Floats8))
        {
            Pass<Vector256<float>, Lanes8, TSigns, TLengths>(ref from, ref to, block, distance, radix, ref signs, ref lengths);
        }
        else
        {
            Pass<Vector128<float>, Lanes4, TSigns, TLengths>(ref from, ref to, block, distance, radix, ref signs, ref lengths);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass<TVector, TLanes, TSigns, TLengths>(
        ref float from, ref float to, int block, int distance, int radix, ref float signs, ref float lengths)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TSigns : struct, IRowScale
        where TLengths : struct, IRowScale
    {
        switch (radix)
        {
            case 16:
                Butterflies<TVector, TLanes, Sixteen, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 8:
                Butterflies<TVector, TLanes, Eight, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 4:
                Butterflies<TVector, TLanes, Four, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 2:
                Butterflies<TVector, TLanes, Two, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            case 1:
                Butterflies<TVector, TLanes, One, TSigns, TLengths>(ref from, ref to, block, distance, ref signs, ref lengths);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(radix));
        }
    }

    /// <summary>to = H over every so many rows that are a distance apart, of the rows times their signs, times their lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Butterflies<TVector, TLanes, TRadix, TSigns, TLengths>(
        ref float from, ref float to, int block, int distance, ref float signs, ref float lengths)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TRadix : struct, IBlockSize
        where TSigns : struct, IRowScale
        where TLengths : struct, IRowScale
    {
        nint apart = distance;
        var step = apart * TLanes.Count;
        for (nint first = 0; first < block; first += TRadix.Count * apart)
        {
            for (var row = first; row < first + apart; row++)
            {
                // From row to row by addition: so many distances have no place in registers.
                ref var next = ref Unsafe.Add(ref from, row * TLanes.Count);
                ref var sign = ref Unsafe.Add(ref signs, row);
                var v0 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                TVector v1 = default, v2 = default, v3 = default, v4 = default, v5 = default, v6 = default, v7 = default;
                TVector v8 = default, v9 = default, v10 = default, v11 = default, v12 = default, v13 = default, v14 = default,
                    v15 = default;
                if (typeof(TRadix) != typeof(One))
                {
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v1 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v2 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v3 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v4 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v5 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v6 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v7 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v8 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v9 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v10 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v11 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v12 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v13 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v14 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                    next = ref Unsafe.Add(ref next, step);
                    sign = ref Unsafe.Add(ref sign, apart);
                    v15 = Row<TVector, TLanes, TSigns>(ref next, ref sign);
                }

                if (typeof(TRadix) != typeof(One))
                {
                    (v0, v1) = (TLanes.Add(v0, v1), TLanes.Subtract(v0, v1));
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    (v2, v3) = (TLanes.Add(v2, v3), TLanes.Subtract(v2, v3));
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v4, v5) = (TLanes.Add(v4, v5), TLanes.Subtract(v4, v5));
                    (v6, v7) = (TLanes.Add(v6, v7), TLanes.Subtract(v6, v7));
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v9) = (TLanes.Add(v8, v9), TLanes.Subtract(v8, v9));
                    (v10, v11) = (TLanes.Add(v10, v11), TLanes.Subtract(v10, v11));
                    (v12, v13) = (TLanes.Add(v12, v13), TLanes.Subtract(v12, v13));
                    (v14, v15) = (TLanes.Add(v14, v15), TLanes.Subtract(v14, v15));
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    (v0, v2) = (TLanes.Add(v0, v2), TLanes.Subtract(v0, v2));
                    (v1, v3) = (TLanes.Add(v1, v3), TLanes.Subtract(v1, v3));
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v4, v6) = (TLanes.Add(v4, v6), TLanes.Subtract(v4, v6));
                    (v5, v7) = (TLanes.Add(v5, v7), TLanes.Subtract(v5, v7));
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v10) = (TLanes.Add(v8, v10), TLanes.Subtract(v8, v10));
                    (v9, v11) = (TLanes.Add(v9, v11), TLanes.Subtract(v9, v11));
                    (v12, v14) = (TLanes.Add(v12, v14), TLanes.Subtract(v12, v14));
                    (v13, v15) = (TLanes.Add(v13, v15), TLanes.Subtract(v13, v15));
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    (v0, v4) = (TLanes.Add(v0, v4), TLanes.Subtract(v0, v4));
                    (v1, v5) = (TLanes.Add(v1, v5), TLanes.Subtract(v1, v5));
                    (v2, v6) = (TLanes.Add(v2, v6), TLanes.Subtract(v2, v6));
                    (v3, v7) = (TLanes.Add(v3, v7), TLanes.Subtract(v3, v7));
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v8, v12) = (TLanes.Add(v8, v12), TLanes.Subtract(v8, v12));
                    (v9, v13) = (TLanes.Add(v9, v13), TLanes.Subtract(v9, v13));
                    (v10, v14) = (TLanes.Add(v10, v14), TLanes.Subtract(v10, v14));
                    (v11, v15) = (TLanes.Add(v11, v15), TLanes.Subtract(v11, v15));
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    (v0, v8) = (TLanes.Add(v0, v8), TLanes.Subtract(v0, v8));
                    (v1, v9) = (TLanes.Add(v1, v9), TLanes.Subtract(v1, v9));
                    (v2, v10) = (TLanes.Add(v2, v10), TLanes.Subtract(v2, v10));
                    (v3, v11) = (TLanes.Add(v3, v11), TLanes.Subtract(v3, v11));
                    (v4, v12) = (TLanes.Add(v4, v12), TLanes.Subtract(v4, v12));
                    (v5, v13) = (TLanes.Add(v5, v13), TLanes.Subtract(v5, v13));
                    (v6, v14) = (TLanes.Add(v6, v14), TLanes.Subtract(v6, v14));
                    (v7, v15) = (TLanes.Add(v7, v15), TLanes.Subtract(v7, v15));
                }

                next = ref Unsafe.Add(ref to, row * TLanes.Count);
                ref var length = ref Unsafe.Add(ref lengths, row);
                Store<TVector, TLanes, TLengths>(v0, ref next, ref length);
                if (typeof(TRadix) != typeof(One))
                {
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v1, ref next, ref length);
                }

                if (typeof(TRadix) != typeof(One) && typeof(TRadix) != typeof(Two))
                {
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v2, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v3, ref next, ref length);
                }

                if (typeof(TRadix) == typeof(Eight) || typeof(TRadix) == typeof(Sixteen))
                {
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v4, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v5, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v6, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v7, ref next, ref length);
                }

                if (typeof(TRadix) == typeof(Sixteen))
                {
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v8, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v9, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v10, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v11, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v12, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v13, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v14, ref next, ref length);
                    next = ref Unsafe.Add(ref next, step);
                    length = ref Unsafe.Add(ref length, apart);
                    Store<TVector, TLanes, TLengths>(v15, ref next, ref length);
                }
            }
        }
    }

    /// <summary>A row, a number of each token, times its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Row<TVector, TLanes, TSigns>(ref float from, ref float sign)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TSigns : struct, IRowScale =>
        TSigns.Scale<TVector, TLanes>(TLanes.Load(ref from), ref sign);

    /// <summary>Stores a row times its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVector, TLanes, TLengths>(TVector value, ref float to, ref float length)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
        where TLengths : struct, IRowScale =>
        TLanes.Store(TLengths.Scale<TVector, TLanes>(value, ref length), ref to);

    /// <summary>Whether rows are scaled, as a type, so that it is decided where a pass is compiled.</summary>
    private interface IRowScale
    {
        /// <summary>A row, times its scale where it has one.</summary>
        static abstract TVector Scale<TVector, TLanes>(TVector value, ref float scale)
            where TVector : struct
            where TLanes : struct, ILanes<TVector>;
    }

    private readonly struct Scaled : IRowScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Scale<TVector, TLanes>(TVector value, ref float scale)
            where TVector : struct
            where TLanes : struct, ILanes<TVector> =>
            TLanes.Multiply(value, TLanes.Create(scale));
    }

    private readonly struct Unscaled : IRowScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Scale<TVector, TLanes>(TVector value, ref float scale)
            where TVector : struct
            where TLanes : struct, ILanes<TVector> => value;
    }
}
