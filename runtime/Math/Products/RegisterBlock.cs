using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// A block of a product: rows × vectors of the target stay in registers while the inner axis runs. Each step loads a row of vectors of B and spreads one
/// number of A a row.
/// </summary>
/// <remarks>
/// Written out with a name for each sum, since the JIT keeps names in registers and arrays in memory. Sizes are types: what a smaller block does not have
/// is gone when it is compiled. The seventh row and those after it have one vector.
/// </remarks>
internal static class RegisterBlock<TVector, TRows, TVectors, TStore>
    where TVector : struct, IVector<TVector>
    where TRows : struct, IBlockSize
    where TVectors : struct, IBlockSize
    where TStore : struct, IBlockStore<TVector>
{
    /// <summary>The sums Σ a[row, k]·b[k, column] over the inner axis, handed to the store.</summary>
    /// <param name="a">The first row of the block.</param>
    /// <param name="rowA">Bytes from row to row of A.</param>
    /// <param name="stepA">Bytes from one k to the next.</param>
    /// <param name="b">The first column of the block.</param>
    /// <param name="strideB">Bytes from one k to the next.</param>
    /// <param name="inner">How many k.</param>
    /// <param name="c">The block in the target.</param>
    /// <param name="second">The block in the second matrix; anything where there is none.</param>
    /// <param name="strideC">Floats from row to row of both.</param>
    /// <param name="store">What becomes of the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        ref float a, nint rowA, nint stepA, ref float b, nint strideB, int inner, ref float c, ref float second, nint strideC, TStore store)
    {
        TVector c0_0 = TVector.Zero, c0_1 = TVector.Zero, c0_2 = TVector.Zero, c0_3 = TVector.Zero;
        TVector c1_0 = TVector.Zero, c1_1 = TVector.Zero, c1_2 = TVector.Zero, c1_3 = TVector.Zero;
        TVector c2_0 = TVector.Zero, c2_1 = TVector.Zero, c2_2 = TVector.Zero, c2_3 = TVector.Zero;
        TVector c3_0 = TVector.Zero, c3_1 = TVector.Zero, c3_2 = TVector.Zero, c3_3 = TVector.Zero;
        TVector c4_0 = TVector.Zero, c4_1 = TVector.Zero, c4_2 = TVector.Zero, c4_3 = TVector.Zero;
        TVector c5_0 = TVector.Zero, c5_1 = TVector.Zero, c5_2 = TVector.Zero, c5_3 = TVector.Zero;
        TVector c6_0 = TVector.Zero;
        TVector c7_0 = TVector.Zero;
        TVector c8_0 = TVector.Zero;
        TVector c9_0 = TVector.Zero;
        TVector c10_0 = TVector.Zero;
        TVector c11_0 = TVector.Zero;

        // Five offsets lead from one row to the next five; the seventh row is a start of its own.
        nint a2 = 2 * rowA, a3 = 3 * rowA, a4 = 4 * rowA, a5 = 5 * rowA;
        ref float later = ref Unsafe.AddByteOffset(ref a, 6 * rowA);
        for (nint k = 0; k < inner; k++)
        {
            TVector b0 = TVector.Load(ref b);
            TVector b1 = typeof(TVectors) != typeof(One) ? TVector.Load(ref Unsafe.Add(ref b, TVector.Count)) : TVector.Zero;
            TVector b2 = typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four) ? TVector.Load(ref Unsafe.Add(ref b, 2 * TVector.Count)) : TVector.Zero;
            TVector b3 = typeof(TVectors) == typeof(Four) ? TVector.Load(ref Unsafe.Add(ref b, 3 * TVector.Count)) : TVector.Zero;

            TVector x0 = TVector.Create(a);
            c0_0 = TVector.MultiplyAdd(x0, b0, c0_0);
            if (typeof(TVectors) != typeof(One))
            {
                c0_1 = TVector.MultiplyAdd(x0, b1, c0_1);
            }

            if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
            {
                c0_2 = TVector.MultiplyAdd(x0, b2, c0_2);
            }

            if (typeof(TVectors) == typeof(Four))
            {
                c0_3 = TVector.MultiplyAdd(x0, b3, c0_3);
            }

            TVector x1 = TVector.Create(Unsafe.AddByteOffset(ref a, rowA));
            c1_0 = TVector.MultiplyAdd(x1, b0, c1_0);
            if (typeof(TVectors) != typeof(One))
            {
                c1_1 = TVector.MultiplyAdd(x1, b1, c1_1);
            }

            if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
            {
                c1_2 = TVector.MultiplyAdd(x1, b2, c1_2);
            }

            if (typeof(TVectors) == typeof(Four))
            {
                c1_3 = TVector.MultiplyAdd(x1, b3, c1_3);
            }

            if (typeof(TRows) != typeof(Two))
            {
                TVector x2 = TVector.Create(Unsafe.AddByteOffset(ref a, a2));
                c2_0 = TVector.MultiplyAdd(x2, b0, c2_0);
                if (typeof(TVectors) != typeof(One))
                {
                    c2_1 = TVector.MultiplyAdd(x2, b1, c2_1);
                }

                if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
                {
                    c2_2 = TVector.MultiplyAdd(x2, b2, c2_2);
                }

                if (typeof(TVectors) == typeof(Four))
                {
                    c2_3 = TVector.MultiplyAdd(x2, b3, c2_3);
                }

                TVector x3 = TVector.Create(Unsafe.AddByteOffset(ref a, a3));
                c3_0 = TVector.MultiplyAdd(x3, b0, c3_0);
                if (typeof(TVectors) != typeof(One))
                {
                    c3_1 = TVector.MultiplyAdd(x3, b1, c3_1);
                }

                if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
                {
                    c3_2 = TVector.MultiplyAdd(x3, b2, c3_2);
                }

                if (typeof(TVectors) == typeof(Four))
                {
                    c3_3 = TVector.MultiplyAdd(x3, b3, c3_3);
                }
            }

            if (typeof(TRows) == typeof(Six) || typeof(TRows) == typeof(Twelve))
            {
                TVector x4 = TVector.Create(Unsafe.AddByteOffset(ref a, a4));
                c4_0 = TVector.MultiplyAdd(x4, b0, c4_0);
                if (typeof(TVectors) != typeof(One))
                {
                    c4_1 = TVector.MultiplyAdd(x4, b1, c4_1);
                }

                if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
                {
                    c4_2 = TVector.MultiplyAdd(x4, b2, c4_2);
                }

                if (typeof(TVectors) == typeof(Four))
                {
                    c4_3 = TVector.MultiplyAdd(x4, b3, c4_3);
                }

                TVector x5 = TVector.Create(Unsafe.AddByteOffset(ref a, a5));
                c5_0 = TVector.MultiplyAdd(x5, b0, c5_0);
                if (typeof(TVectors) != typeof(One))
                {
                    c5_1 = TVector.MultiplyAdd(x5, b1, c5_1);
                }

                if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
                {
                    c5_2 = TVector.MultiplyAdd(x5, b2, c5_2);
                }

                if (typeof(TVectors) == typeof(Four))
                {
                    c5_3 = TVector.MultiplyAdd(x5, b3, c5_3);
                }
            }

            if (typeof(TRows) == typeof(Twelve))
            {
                TVector x6 = TVector.Create(later);
                c6_0 = TVector.MultiplyAdd(x6, b0, c6_0);
                TVector x7 = TVector.Create(Unsafe.AddByteOffset(ref later, rowA));
                c7_0 = TVector.MultiplyAdd(x7, b0, c7_0);
                TVector x8 = TVector.Create(Unsafe.AddByteOffset(ref later, a2));
                c8_0 = TVector.MultiplyAdd(x8, b0, c8_0);
                TVector x9 = TVector.Create(Unsafe.AddByteOffset(ref later, a3));
                c9_0 = TVector.MultiplyAdd(x9, b0, c9_0);
                TVector x10 = TVector.Create(Unsafe.AddByteOffset(ref later, a4));
                c10_0 = TVector.MultiplyAdd(x10, b0, c10_0);
                TVector x11 = TVector.Create(Unsafe.AddByteOffset(ref later, a5));
                c11_0 = TVector.MultiplyAdd(x11, b0, c11_0);
            }

            a = ref Unsafe.AddByteOffset(ref a, stepA);
            later = ref Unsafe.AddByteOffset(ref later, stepA);
            b = ref Unsafe.AddByteOffset(ref b, strideB);
        }

        Row(store, 0, c0_0, c0_1, c0_2, c0_3, ref c, ref second, strideC);
        Row(store, 1, c1_0, c1_1, c1_2, c1_3, ref c, ref second, strideC);

        if (typeof(TRows) != typeof(Two))
        {
            Row(store, 2, c2_0, c2_1, c2_2, c2_3, ref c, ref second, strideC);
            Row(store, 3, c3_0, c3_1, c3_2, c3_3, ref c, ref second, strideC);
        }

        if (typeof(TRows) == typeof(Six) || typeof(TRows) == typeof(Twelve))
        {
            Row(store, 4, c4_0, c4_1, c4_2, c4_3, ref c, ref second, strideC);
            Row(store, 5, c5_0, c5_1, c5_2, c5_3, ref c, ref second, strideC);
        }

        if (typeof(TRows) == typeof(Twelve))
        {
            Row(store, 6, c6_0, default, default, default, ref c, ref second, strideC);
            Row(store, 7, c7_0, default, default, default, ref c, ref second, strideC);
            Row(store, 8, c8_0, default, default, default, ref c, ref second, strideC);
            Row(store, 9, c9_0, default, default, default, ref c, ref second, strideC);
            Row(store, 10, c10_0, default, default, default, ref c, ref second, strideC);
            Row(store, 11, c11_0, default, default, default, ref c, ref second, strideC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(TStore store, int row, TVector sum0, TVector sum1, TVector sum2, TVector sum3, ref float c, ref float second, nint strideC)
    {
        ref float to = ref Unsafe.Add(ref c, row * strideC);
        ref float too = ref Unsafe.Add(ref second, row * strideC);
        store.Store(sum0, -row, ref to, ref too);
        if (typeof(TVectors) != typeof(One))
        {
            store.Store(sum1, TVector.Count - row, ref Unsafe.Add(ref to, TVector.Count), ref Unsafe.Add(ref too, TVector.Count));
        }

        if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
        {
            store.Store(sum2, (2 * TVector.Count) - row, ref Unsafe.Add(ref to, 2 * TVector.Count), ref Unsafe.Add(ref too, 2 * TVector.Count));
        }

        if (typeof(TVectors) == typeof(Four))
        {
            store.Store(sum3, (3 * TVector.Count) - row, ref Unsafe.Add(ref to, 3 * TVector.Count), ref Unsafe.Add(ref too, 3 * TVector.Count));
        }
    }
}
