using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// A block of a product: rows × vectors of the target stay in registers while the inner axis runs. Each step loads a row of vectors of B
/// and spreads one number of A a row.
/// </summary>
/// <remarks>
/// Written out with a name for each sum, since the JIT keeps names in registers and arrays in memory. Sizes are types: what a smaller block
/// does not have is gone when it is compiled. The seventh row and those after it have one vector.
/// </remarks>
internal static class RegisterBlock<TVector, TLanes, TRows, TVectors, TStore>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
    where TRows : struct, IBlockSize
    where TVectors : struct, IBlockSize
    where TStore : struct, IBlockStore
{
    /// <summary>
    /// The sums Σ a[row, k]·b[k, column] over the inner axis, handed to the store, for blocks below each other and beside each other.
    /// </summary>
    /// <param name="a">The first row of the first block.</param>
    /// <param name="rowA">Bytes from row to row of A.</param>
    /// <param name="stepA">Bytes from one k to the next.</param>
    /// <param name="b">The first column of the first block.</param>
    /// <param name="strideB">Bytes from one k to the next.</param>
    /// <param name="inner">How many k.</param>
    /// <param name="c">The first block in the target.</param>
    /// <param name="second">The first block in the second matrix; the target where there is none.</param>
    /// <param name="strideC">Bytes from row to row of both.</param>
    /// <param name="blocks">Blocks below each other: one call for all, since a call takes as long as a dozen k.</param>
    /// <param name="panels">Blocks beside each other.</param>
    /// <param name="diagonal">The column of the diagonal in the first row of A: there are no k beyond it.</param>
    /// <param name="store">What becomes of the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        ref float a, nint rowA, nint stepA, ref float b, nint strideB, int inner, ref float c, ref float second, nint strideC,
        int blocks, int panels, int diagonal, TStore store)
    {
        nint a2 = 2 * rowA, a3 = 3 * rowA, a4 = 4 * rowA, a5 = 5 * rowA; // the seventh row is a start of its own
        for (nint panel = 0; panel < panels; panel++)
        {
            ref var blockA = ref a;
            ref var to = ref c;
            ref var too = ref second;
            var end = diagonal;
            for (nint block = 0; block < blocks; block++)
            {
                end += TRows.Count;
                var count = Math.Min(inner, end);
                ref var x = ref blockA;
                ref var y = ref b;
                TVector c0_0 = default, c0_1 = default, c0_2 = default, c0_3 = default;
                TVector c1_0 = default, c1_1 = default, c1_2 = default, c1_3 = default;
                TVector c2_0 = default, c2_1 = default, c2_2 = default, c2_3 = default;
                TVector c3_0 = default, c3_1 = default, c3_2 = default, c3_3 = default;
                TVector c4_0 = default, c4_1 = default, c4_2 = default, c4_3 = default;
                TVector c5_0 = default, c5_1 = default, c5_2 = default, c5_3 = default;
                TVector c6_0 = default;
                TVector c7_0 = default;
                TVector c8_0 = default;
                TVector c9_0 = default;
                TVector c10_0 = default;
                TVector c11_0 = default;

                ref var later = ref Unsafe.AddByteOffset(ref blockA, 6 * rowA);
                for (nint k = count; k > 0; k--)
                {
                    var b0 = TLanes.Load(ref y);
                    var b1 = typeof(TVectors) != typeof(One) ? TLanes.Load(ref Unsafe.Add(ref y, TLanes.Count)) : default;
                    var b2 = typeof(TVectors) == typeof(Three)
                        || typeof(TVectors) == typeof(Four) ? TLanes.Load(ref Unsafe.Add(ref y, 2 * TLanes.Count)) : default;
                    var b3 = typeof(TVectors) == typeof(Four) ? TLanes.Load(ref Unsafe.Add(ref y, 3 * TLanes.Count)) : default;

                    var x0 = TLanes.Create(x);
                    Add(x0, b0, b1, b2, b3, ref c0_0, ref c0_1, ref c0_2, ref c0_3);

                    var x1 = TLanes.Create(Unsafe.AddByteOffset(ref x, rowA));
                    Add(x1, b0, b1, b2, b3, ref c1_0, ref c1_1, ref c1_2, ref c1_3);

                    if (typeof(TRows) != typeof(Two))
                    {
                        var x2 = TLanes.Create(Unsafe.AddByteOffset(ref x, a2));
                        Add(x2, b0, b1, b2, b3, ref c2_0, ref c2_1, ref c2_2, ref c2_3);

                        var x3 = TLanes.Create(Unsafe.AddByteOffset(ref x, a3));
                        Add(x3, b0, b1, b2, b3, ref c3_0, ref c3_1, ref c3_2, ref c3_3);
                    }

                    if (typeof(TRows) == typeof(Six) || typeof(TRows) == typeof(Twelve))
                    {
                        var x4 = TLanes.Create(Unsafe.AddByteOffset(ref x, a4));
                        Add(x4, b0, b1, b2, b3, ref c4_0, ref c4_1, ref c4_2, ref c4_3);

                        var x5 = TLanes.Create(Unsafe.AddByteOffset(ref x, a5));
                        Add(x5, b0, b1, b2, b3, ref c5_0, ref c5_1, ref c5_2, ref c5_3);
                    }

                    if (typeof(TRows) == typeof(Twelve))
                    {
                        var x6 = TLanes.Create(later);
                        c6_0 = TLanes.MultiplyAdd(x6, b0, c6_0);
                        var x7 = TLanes.Create(Unsafe.AddByteOffset(ref later, rowA));
                        c7_0 = TLanes.MultiplyAdd(x7, b0, c7_0);
                        var x8 = TLanes.Create(Unsafe.AddByteOffset(ref later, a2));
                        c8_0 = TLanes.MultiplyAdd(x8, b0, c8_0);
                        var x9 = TLanes.Create(Unsafe.AddByteOffset(ref later, a3));
                        c9_0 = TLanes.MultiplyAdd(x9, b0, c9_0);
                        var x10 = TLanes.Create(Unsafe.AddByteOffset(ref later, a4));
                        c10_0 = TLanes.MultiplyAdd(x10, b0, c10_0);
                        var x11 = TLanes.Create(Unsafe.AddByteOffset(ref later, a5));
                        c11_0 = TLanes.MultiplyAdd(x11, b0, c11_0);
                    }

                    x = ref Unsafe.AddByteOffset(ref x, stepA);
                    later = ref Unsafe.AddByteOffset(ref later, stepA);
                    y = ref Unsafe.AddByteOffset(ref y, strideB);
                }

                Row(store, 0, c0_0, c0_1, c0_2, c0_3, ref to, ref too);
                to = ref Unsafe.AddByteOffset(ref to, strideC);
                too = ref Unsafe.AddByteOffset(ref too, strideC);
                Row(store, 1, c1_0, c1_1, c1_2, c1_3, ref to, ref too);
                to = ref Unsafe.AddByteOffset(ref to, strideC);
                too = ref Unsafe.AddByteOffset(ref too, strideC);

                if (typeof(TRows) != typeof(Two))
                {
                    Row(store, 2, c2_0, c2_1, c2_2, c2_3, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 3, c3_0, c3_1, c3_2, c3_3, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                }

                if (typeof(TRows) == typeof(Six) || typeof(TRows) == typeof(Twelve))
                {
                    Row(store, 4, c4_0, c4_1, c4_2, c4_3, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 5, c5_0, c5_1, c5_2, c5_3, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                }

                if (typeof(TRows) == typeof(Twelve))
                {
                    Row(store, 6, c6_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 7, c7_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 8, c8_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 9, c9_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 10, c10_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                    Row(store, 11, c11_0, default, default, default, ref to, ref too);
                    to = ref Unsafe.AddByteOffset(ref to, strideC);
                    too = ref Unsafe.AddByteOffset(ref too, strideC);
                }
                blockA = ref Unsafe.AddByteOffset(ref blockA, TRows.Count * rowA);
            }

            b = ref Unsafe.Add(ref b, TVectors.Count * TLanes.Count);
            c = ref Unsafe.Add(ref c, TVectors.Count * TLanes.Count);
            second = ref Unsafe.Add(ref second, TVectors.Count * TLanes.Count);
        }
    }

    /// <summary>What a number of A adds to the sums of its row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        TVector x, TVector b0, TVector b1, TVector b2, TVector b3, ref TVector sum0, ref TVector sum1, ref TVector sum2, ref TVector sum3)
    {
        sum0 = TLanes.MultiplyAdd(x, b0, sum0);
        if (typeof(TVectors) != typeof(One))
        {
            sum1 = TLanes.MultiplyAdd(x, b1, sum1);
        }

        if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
        {
            sum2 = TLanes.MultiplyAdd(x, b2, sum2);
        }

        if (typeof(TVectors) == typeof(Four))
        {
            sum3 = TLanes.MultiplyAdd(x, b3, sum3);
        }
    }

    /// <summary>Hands a row's sums to the store.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(TStore store, int row, TVector sum0, TVector sum1, TVector sum2, TVector sum3, ref float to, ref float too)
    {
        store.Store<TVector, TLanes>(sum0, -row, ref to, ref too);
        if (typeof(TVectors) != typeof(One))
        {
            store.Store<TVector, TLanes>(
                sum1, TLanes.Count - row, ref Unsafe.Add(ref to, TLanes.Count), ref Unsafe.Add(ref too, TLanes.Count));
        }

        if (typeof(TVectors) == typeof(Three) || typeof(TVectors) == typeof(Four))
        {
            store.Store<TVector, TLanes>(
                sum2, (2 * TLanes.Count) - row, ref Unsafe.Add(ref to, 2 * TLanes.Count), ref Unsafe.Add(ref too, 2 * TLanes.Count));
        }

        if (typeof(TVectors) == typeof(Four))
        {
            store.Store<TVector, TLanes>(
                sum3, (3 * TLanes.Count) - row, ref Unsafe.Add(ref to, 3 * TLanes.Count), ref Unsafe.Add(ref too, 3 * TLanes.Count));
        }
    }
}
