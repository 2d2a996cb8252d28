using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// A panel of a product of one row, or two, with a matrix: its columns stay in registers while the rows of the matrix go by in the order of their memory.
/// </summary>
/// <remarks>
/// Each number of the matrix is used once or twice, so it is the loads that cost. Several rows of the matrix at a time keep enough sums going where
/// the panel has few vectors: a multiply-add takes four cycles, and two begin in each.
/// </remarks>
/// <typeparam name="TVector">The vector.</typeparam>
/// <typeparam name="TRows">One or two rows.</typeparam>
/// <typeparam name="TVectors">Vectors of the panel: 16, 8, 4, 2 or 1; with two rows at most 8.</typeparam>
/// <typeparam name="TSteps">Rows of the matrix at a time; with the vectors at most 16, and with two rows 8.</typeparam>
internal static class RowBlock<TVector, TRows, TVectors, TSteps>
    where TVector : struct, IVector<TVector>
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
        TVector c0 = TVector.Zero, c1 = TVector.Zero, c2 = TVector.Zero, c3 = TVector.Zero, c4 = TVector.Zero, c5 = TVector.Zero, c6 = TVector.Zero, c7 = TVector.Zero;
        TVector c8 = TVector.Zero, c9 = TVector.Zero, c10 = TVector.Zero, c11 = TVector.Zero, c12 = TVector.Zero, c13 = TVector.Zero, c14 = TVector.Zero, c15 = TVector.Zero;
        TVector e0 = TVector.Zero, e1 = TVector.Zero, e2 = TVector.Zero, e3 = TVector.Zero, e4 = TVector.Zero, e5 = TVector.Zero, e6 = TVector.Zero, e7 = TVector.Zero;
        TVector x = TVector.Zero, y = TVector.Zero;
        for (nint k = 0; k < inner; k += TSteps.Count)
        {
            Spread(ref a, strideA, 0, ref x, ref y);
            TVector b0 = TVector.Load(ref Unsafe.Add(ref b, (0 / TVectors.Count * strideB) + (0 % TVectors.Count * TVector.Count)));
            c0 = TVector.MultiplyAdd(x, b0, c0);
            if (typeof(TRows) == typeof(Two))
            {
                e0 = TVector.MultiplyAdd(y, b0, e0);
            }

            if (TVectors.Count * TSteps.Count > 1)
            {
                Spread(ref a, strideA, 1, ref x, ref y);
                TVector b1 = TVector.Load(ref Unsafe.Add(ref b, (1 / TVectors.Count * strideB) + (1 % TVectors.Count * TVector.Count)));
                c1 = TVector.MultiplyAdd(x, b1, c1);
                if (typeof(TRows) == typeof(Two))
                {
                    e1 = TVector.MultiplyAdd(y, b1, e1);
                }
            }

            if (TVectors.Count * TSteps.Count > 2)
            {
                Spread(ref a, strideA, 2, ref x, ref y);
                TVector b2 = TVector.Load(ref Unsafe.Add(ref b, (2 / TVectors.Count * strideB) + (2 % TVectors.Count * TVector.Count)));
                c2 = TVector.MultiplyAdd(x, b2, c2);
                if (typeof(TRows) == typeof(Two))
                {
                    e2 = TVector.MultiplyAdd(y, b2, e2);
                }
            }

            if (TVectors.Count * TSteps.Count > 3)
            {
                Spread(ref a, strideA, 3, ref x, ref y);
                TVector b3 = TVector.Load(ref Unsafe.Add(ref b, (3 / TVectors.Count * strideB) + (3 % TVectors.Count * TVector.Count)));
                c3 = TVector.MultiplyAdd(x, b3, c3);
                if (typeof(TRows) == typeof(Two))
                {
                    e3 = TVector.MultiplyAdd(y, b3, e3);
                }
            }

            if (TVectors.Count * TSteps.Count > 4)
            {
                Spread(ref a, strideA, 4, ref x, ref y);
                TVector b4 = TVector.Load(ref Unsafe.Add(ref b, (4 / TVectors.Count * strideB) + (4 % TVectors.Count * TVector.Count)));
                c4 = TVector.MultiplyAdd(x, b4, c4);
                if (typeof(TRows) == typeof(Two))
                {
                    e4 = TVector.MultiplyAdd(y, b4, e4);
                }
            }

            if (TVectors.Count * TSteps.Count > 5)
            {
                Spread(ref a, strideA, 5, ref x, ref y);
                TVector b5 = TVector.Load(ref Unsafe.Add(ref b, (5 / TVectors.Count * strideB) + (5 % TVectors.Count * TVector.Count)));
                c5 = TVector.MultiplyAdd(x, b5, c5);
                if (typeof(TRows) == typeof(Two))
                {
                    e5 = TVector.MultiplyAdd(y, b5, e5);
                }
            }

            if (TVectors.Count * TSteps.Count > 6)
            {
                Spread(ref a, strideA, 6, ref x, ref y);
                TVector b6 = TVector.Load(ref Unsafe.Add(ref b, (6 / TVectors.Count * strideB) + (6 % TVectors.Count * TVector.Count)));
                c6 = TVector.MultiplyAdd(x, b6, c6);
                if (typeof(TRows) == typeof(Two))
                {
                    e6 = TVector.MultiplyAdd(y, b6, e6);
                }
            }

            if (TVectors.Count * TSteps.Count > 7)
            {
                Spread(ref a, strideA, 7, ref x, ref y);
                TVector b7 = TVector.Load(ref Unsafe.Add(ref b, (7 / TVectors.Count * strideB) + (7 % TVectors.Count * TVector.Count)));
                c7 = TVector.MultiplyAdd(x, b7, c7);
                if (typeof(TRows) == typeof(Two))
                {
                    e7 = TVector.MultiplyAdd(y, b7, e7);
                }
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 8)
            {
                Spread(ref a, strideA, 8, ref x, ref y);
                TVector b8 = TVector.Load(ref Unsafe.Add(ref b, (8 / TVectors.Count * strideB) + (8 % TVectors.Count * TVector.Count)));
                c8 = TVector.MultiplyAdd(x, b8, c8);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 9)
            {
                Spread(ref a, strideA, 9, ref x, ref y);
                TVector b9 = TVector.Load(ref Unsafe.Add(ref b, (9 / TVectors.Count * strideB) + (9 % TVectors.Count * TVector.Count)));
                c9 = TVector.MultiplyAdd(x, b9, c9);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 10)
            {
                Spread(ref a, strideA, 10, ref x, ref y);
                TVector b10 = TVector.Load(ref Unsafe.Add(ref b, (10 / TVectors.Count * strideB) + (10 % TVectors.Count * TVector.Count)));
                c10 = TVector.MultiplyAdd(x, b10, c10);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 11)
            {
                Spread(ref a, strideA, 11, ref x, ref y);
                TVector b11 = TVector.Load(ref Unsafe.Add(ref b, (11 / TVectors.Count * strideB) + (11 % TVectors.Count * TVector.Count)));
                c11 = TVector.MultiplyAdd(x, b11, c11);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 12)
            {
                Spread(ref a, strideA, 12, ref x, ref y);
                TVector b12 = TVector.Load(ref Unsafe.Add(ref b, (12 / TVectors.Count * strideB) + (12 % TVectors.Count * TVector.Count)));
                c12 = TVector.MultiplyAdd(x, b12, c12);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 13)
            {
                Spread(ref a, strideA, 13, ref x, ref y);
                TVector b13 = TVector.Load(ref Unsafe.Add(ref b, (13 / TVectors.Count * strideB) + (13 % TVectors.Count * TVector.Count)));
                c13 = TVector.MultiplyAdd(x, b13, c13);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 14)
            {
                Spread(ref a, strideA, 14, ref x, ref y);
                TVector b14 = TVector.Load(ref Unsafe.Add(ref b, (14 / TVectors.Count * strideB) + (14 % TVectors.Count * TVector.Count)));
                c14 = TVector.MultiplyAdd(x, b14, c14);
            }

            if (typeof(TRows) == typeof(One) && TVectors.Count * TSteps.Count > 15)
            {
                Spread(ref a, strideA, 15, ref x, ref y);
                TVector b15 = TVector.Load(ref Unsafe.Add(ref b, (15 / TVectors.Count * strideB) + (15 % TVectors.Count * TVector.Count)));
                c15 = TVector.MultiplyAdd(x, b15, c15);
            }

            a = ref Unsafe.Add(ref a, TSteps.Count);
            b = ref Unsafe.Add(ref b, TSteps.Count * strideB);
        }

        // The steps of a column are added up in pairs.
        if (TSteps.Count == 2)
        {
            if (TVectors.Count == 8)
            {
                c0 += c8; c1 += c9; c2 += c10; c3 += c11; c4 += c12; c5 += c13; c6 += c14; c7 += c15;
            }
            else if (TVectors.Count == 4)
            {
                c0 += c4; c1 += c5; c2 += c6; c3 += c7;
                e0 += e4; e1 += e5; e2 += e6; e3 += e7;
            }
            else
            {
                c0 += c2; c1 += c3;
                e0 += e2; e1 += e3;
            }
        }
        else if (TSteps.Count == 4)
        {
            if (TVectors.Count == 4)
            {
                c0 = c0 + c4 + (c8 + c12); c1 = c1 + c5 + (c9 + c13); c2 = c2 + c6 + (c10 + c14); c3 = c3 + c7 + (c11 + c15);
            }
            else if (TVectors.Count == 2)
            {
                c0 = c0 + c2 + (c4 + c6); c1 = c1 + c3 + (c5 + c7);
                e0 = e0 + e2 + (e4 + e6); e1 = e1 + e3 + (e5 + e7);
            }
            else
            {
                c0 = c0 + c1 + (c2 + c3);
                e0 = e0 + e1 + (e2 + e3);
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
            ref float second = ref Unsafe.Add(ref c, strideC);
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
            x = TVector.Create(Unsafe.Add(ref a, sum / TVectors.Count));
            if (typeof(TRows) == typeof(Two))
            {
                y = TVector.Create(Unsafe.Add(ref a, strideA + (sum / TVectors.Count)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector sum, ref float c, int vector, bool adds)
    {
        ref float to = ref Unsafe.Add(ref c, vector * TVector.Count);
        TVector.Store(adds ? TVector.Load(ref to) + sum : sum, ref to);
    }
}
