using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// A panel of a product of one row, or two, with a matrix: its columns stay in registers while the rows of the matrix go by in the order of
/// their memory.
/// </summary>
/// <remarks>
/// Each number of the matrix is used once or twice, so it is the loads that cost. Several rows of the matrix at a time keep enough sums
/// going where the panel has few vectors: a multiply-add takes four cycles, and two begin in each.
/// </remarks>
/// <typeparam name="TVector">The platform's vector.</typeparam>
/// <typeparam name="TLanes">What can be done with it.</typeparam>
/// <typeparam name="TRows">One or two rows.</typeparam>
/// <typeparam name="TVectors">Vectors of the panel: 16, 8, 4, 2 or 1; with two rows at most 8.</typeparam>
/// <typeparam name="TSteps">Rows of the matrix at a time; with the vectors at most 16, and with two rows 8.</typeparam>
internal static class RowBlock<TVector, TLanes, TRows, TVectors, TSteps>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
    where TRows : struct, IBlockSize
    where TVectors : struct, IBlockSize
    where TSteps : struct, IBlockSize
{
    /// <summary>c += a · b, or c = a · b.</summary>
    /// <param name="a">The first number of the row.</param>
    /// <param name="strideA">Floats to the second row.</param>
    /// <param name="b">The first column of the panel.</param>
    /// <param name="strideB">Floats from row to row of the matrix.</param>
    /// <param name="c">The first column of the panel in the target.</param>
    /// <param name="strideC">Floats to its second row.</param>
    /// <param name="inner">Rows of the matrix, a multiple of those at a time.</param>
    /// <param name="adds">Whether the target is added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ref float a, nint strideA, ref float b, nint strideB, ref float c, nint strideC, int inner, bool adds)
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        TVector c8 = default, c9 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default;
        TVector e0 = default, e1 = default, e2 = default, e3 = default, e4 = default, e5 = default, e6 = default, e7 = default;
        TVector x = default, y = default;
        for (nint k = 0; k < inner; k += TSteps.Count)
        {
            Spread(ref a, strideA, 0, ref x, ref y);
            ref var b0 = ref Unsafe.Add(ref b, (0 / TVectors.Count * strideB) + (0 % TVectors.Count * TLanes.Count));
            Add(x, y, ref b0, ref c0, ref e0);

            if (TVectors.Count * TSteps.Count > 1)
            {
                Spread(ref a, strideA, 1, ref x, ref y);
                ref var b1 = ref Unsafe.Add(ref b, (1 / TVectors.Count * strideB) + (1 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b1, ref c1, ref e1);
            }

            if (TVectors.Count * TSteps.Count > 2)
            {
                Spread(ref a, strideA, 2, ref x, ref y);
                ref var b2 = ref Unsafe.Add(ref b, (2 / TVectors.Count * strideB) + (2 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b2, ref c2, ref e2);
            }

            if (TVectors.Count * TSteps.Count > 3)
            {
                Spread(ref a, strideA, 3, ref x, ref y);
                ref var b3 = ref Unsafe.Add(ref b, (3 / TVectors.Count * strideB) + (3 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b3, ref c3, ref e3);
            }

            if (TVectors.Count * TSteps.Count > 4)
            {
                Spread(ref a, strideA, 4, ref x, ref y);
                ref var b4 = ref Unsafe.Add(ref b, (4 / TVectors.Count * strideB) + (4 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b4, ref c4, ref e4);
            }

            if (TVectors.Count * TSteps.Count > 5)
            {
                Spread(ref a, strideA, 5, ref x, ref y);
                ref var b5 = ref Unsafe.Add(ref b, (5 / TVectors.Count * strideB) + (5 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b5, ref c5, ref e5);
            }

            if (TVectors.Count * TSteps.Count > 6)
            {
                Spread(ref a, strideA, 6, ref x, ref y);
                ref var b6 = ref Unsafe.Add(ref b, (6 / TVectors.Count * strideB) + (6 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b6, ref c6, ref e6);
            }

            if (TVectors.Count * TSteps.Count > 7)
            {
                Spread(ref a, strideA, 7, ref x, ref y);
                ref var b7 = ref Unsafe.Add(ref b, (7 / TVectors.Count * strideB) + (7 % TVectors.Count * TLanes.Count));
                Add(x, y, ref b7, ref c7, ref e7);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 8)
            {
                Spread(ref a, strideA, 8, ref x, ref y);
                c8 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (8 / TVectors.Count * strideB) + (8 % TVectors.Count * TLanes.Count))), c8);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 9)
            {
                Spread(ref a, strideA, 9, ref x, ref y);
                c9 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (9 / TVectors.Count * strideB) + (9 % TVectors.Count * TLanes.Count))), c9);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 10)
            {
                Spread(ref a, strideA, 10, ref x, ref y);
                c10 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (10 / TVectors.Count * strideB) + (10 % TVectors.Count * TLanes.Count))), c10);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 11)
            {
                Spread(ref a, strideA, 11, ref x, ref y);
                c11 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (11 / TVectors.Count * strideB) + (11 % TVectors.Count * TLanes.Count))), c11);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 12)
            {
                Spread(ref a, strideA, 12, ref x, ref y);
                c12 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (12 / TVectors.Count * strideB) + (12 % TVectors.Count * TLanes.Count))), c12);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 13)
            {
                Spread(ref a, strideA, 13, ref x, ref y);
                c13 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (13 / TVectors.Count * strideB) + (13 % TVectors.Count * TLanes.Count))), c13);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 14)
            {
                Spread(ref a, strideA, 14, ref x, ref y);
                c14 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (14 / TVectors.Count * strideB) + (14 % TVectors.Count * TLanes.Count))), c14);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 15)
            {
                Spread(ref a, strideA, 15, ref x, ref y);
                c15 = TLanes.MultiplyAdd(
                    x, TLanes.Load(ref Unsafe.Add(ref b, (15 / TVectors.Count * strideB) + (15 % TVectors.Count * TLanes.Count))), c15);
            }

            a = ref Unsafe.Add(ref a, TSteps.Count);
            b = ref Unsafe.Add(ref b, TSteps.Count * strideB);
        }

        // The steps of a column are added up in pairs.
        if (TSteps.Count == 2)
        {
            if (TVectors.Count == 8)
            {
                c0 = TLanes.Add(c0, c8);
                c1 = TLanes.Add(c1, c9);
                c2 = TLanes.Add(c2, c10);
                c3 = TLanes.Add(c3, c11);
                c4 = TLanes.Add(c4, c12);
                c5 = TLanes.Add(c5, c13);
                c6 = TLanes.Add(c6, c14);
                c7 = TLanes.Add(c7, c15);
            }
            else if (TVectors.Count == 4)
            {
                c0 = TLanes.Add(c0, c4);
                c1 = TLanes.Add(c1, c5);
                c2 = TLanes.Add(c2, c6);
                c3 = TLanes.Add(c3, c7);
                e0 = TLanes.Add(e0, e4);
                e1 = TLanes.Add(e1, e5);
                e2 = TLanes.Add(e2, e6);
                e3 = TLanes.Add(e3, e7);
            }
            else
            {
                c0 = TLanes.Add(c0, c2);
                c1 = TLanes.Add(c1, c3);
                e0 = TLanes.Add(e0, e2);
                e1 = TLanes.Add(e1, e3);
            }
        }
        else if (TSteps.Count == 4)
        {
            if (TVectors.Count == 4)
            {
                c0 = TLanes.Add(TLanes.Add(c0, c4), TLanes.Add(c8, c12));
                c1 = TLanes.Add(TLanes.Add(c1, c5), TLanes.Add(c9, c13));
                c2 = TLanes.Add(TLanes.Add(c2, c6), TLanes.Add(c10, c14));
                c3 = TLanes.Add(TLanes.Add(c3, c7), TLanes.Add(c11, c15));
            }
            else if (TVectors.Count == 2)
            {
                c0 = TLanes.Add(TLanes.Add(c0, c2), TLanes.Add(c4, c6));
                c1 = TLanes.Add(TLanes.Add(c1, c3), TLanes.Add(c5, c7));
                e0 = TLanes.Add(TLanes.Add(e0, e2), TLanes.Add(e4, e6));
                e1 = TLanes.Add(TLanes.Add(e1, e3), TLanes.Add(e5, e7));
            }
            else
            {
                c0 = TLanes.Add(TLanes.Add(c0, c1), TLanes.Add(c2, c3));
                e0 = TLanes.Add(TLanes.Add(e0, e1), TLanes.Add(e2, e3));
            }
        }

        Store(c0, ref c, 0, adds);
        if (TVectors.Count > 1)
        {
            Store(c1, ref c, 1, adds);
        }

        if (TVectors.Count > 2)
        {
            Store(c2, ref c, 2, adds);
            Store(c3, ref c, 3, adds);
        }

        if (TVectors.Count > 4)
        {
            Store(c4, ref c, 4, adds);
            Store(c5, ref c, 5, adds);
            Store(c6, ref c, 6, adds);
            Store(c7, ref c, 7, adds);
        }

        if (TVectors.Count > 8)
        {
            Store(c8, ref c, 8, adds);
            Store(c9, ref c, 9, adds);
            Store(c10, ref c, 10, adds);
            Store(c11, ref c, 11, adds);
            Store(c12, ref c, 12, adds);
            Store(c13, ref c, 13, adds);
            Store(c14, ref c, 14, adds);
            Store(c15, ref c, 15, adds);
        }

        if (typeof(TRows) == typeof(Two))
        {
            ref var second = ref Unsafe.Add(ref c, strideC);
            Store(e0, ref second, 0, adds);
            if (TVectors.Count > 1)
            {
                Store(e1, ref second, 1, adds);
            }

            if (TVectors.Count > 2)
            {
                Store(e2, ref second, 2, adds);
                Store(e3, ref second, 3, adds);
            }

            if (TVectors.Count > 4)
            {
                Store(e4, ref second, 4, adds);
                Store(e5, ref second, 5, adds);
                Store(e6, ref second, 6, adds);
                Store(e7, ref second, 7, adds);
            }
        }
    }

    /// <summary>The number of a that a sum is of, in each lane, where the sum before it is of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(ref float a, nint strideA, int sum, ref TVector x, ref TVector y)
    {
        if (sum % TVectors.Count == 0)
        {
            x = TLanes.Create(Unsafe.Add(ref a, sum / TVectors.Count));
            if (typeof(TRows) == typeof(Two))
            {
                y = TLanes.Create(Unsafe.Add(ref a, strideA + (sum / TVectors.Count)));
            }
        }
    }

    /// <summary>
    /// What a vector of the matrix adds to the sums: one row leaves it to the multiply-add as its memory operand, two share it in a
    /// register.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, TVector y, ref float b, ref TVector first, ref TVector second)
    {
        if (typeof(TRows) == typeof(One))
        {
            first = TLanes.MultiplyAdd(x, TLanes.Load(ref b), first);
            return;
        }

        var shared = TLanes.Load(ref b);
        first = TLanes.MultiplyAdd(x, shared, first);
        second = TLanes.MultiplyAdd(y, shared, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector sum, ref float c, int vector, bool adds)
    {
        ref var to = ref Unsafe.Add(ref c, vector * TLanes.Count);
        TLanes.Store(adds ? TLanes.Add(TLanes.Load(ref to), sum) : sum, ref to);
    }
}
