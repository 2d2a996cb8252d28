using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>Dot products of one row with the rows of a matrix, four of them side by side, in two sums each.</summary>
/// <typeparam name="TVector">The platform's vector.</typeparam>
/// <typeparam name="TLanes">What can be done with it.</typeparam>
internal static class DotBlock<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    private const int Rows = 4;

    /// <inheritdoc cref="RowProducts.Dots"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ref float a, ref float b, nint strideB, ref float c, int rows, int inner)
    {
        for (nint i = 0; i < rows; i += Rows)
        {
            ref var first = ref Unsafe.Add(ref b, i * strideB);
            ref var second = ref Unsafe.Add(ref first, strideB);
            ref var third = ref Unsafe.Add(ref second, strideB);
            ref var fourth = ref Unsafe.Add(ref third, strideB);
            TVector even0 = default, even1 = default, even2 = default, even3 = default;
            TVector odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            nint k = 0;
            for (; k + (2 * TLanes.Count) <= inner; k += 2 * TLanes.Count)
            {
                var x = TLanes.Load(ref Unsafe.Add(ref a, k));
                even0 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref first, k)), even0);
                even1 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref second, k)), even1);
                even2 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref third, k)), even2);
                even3 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref fourth, k)), even3);
                var y = TLanes.Load(ref Unsafe.Add(ref a, k + TLanes.Count));
                odd0 = TLanes.MultiplyAdd(y, TLanes.Load(ref Unsafe.Add(ref first, k + TLanes.Count)), odd0);
                odd1 = TLanes.MultiplyAdd(y, TLanes.Load(ref Unsafe.Add(ref second, k + TLanes.Count)), odd1);
                odd2 = TLanes.MultiplyAdd(y, TLanes.Load(ref Unsafe.Add(ref third, k + TLanes.Count)), odd2);
                odd3 = TLanes.MultiplyAdd(y, TLanes.Load(ref Unsafe.Add(ref fourth, k + TLanes.Count)), odd3);
            }

            if (k < inner)
            {
                var x = TLanes.Load(ref Unsafe.Add(ref a, k));
                even0 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref first, k)), even0);
                even1 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref second, k)), even1);
                even2 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref third, k)), even2);
                even3 = TLanes.MultiplyAdd(x, TLanes.Load(ref Unsafe.Add(ref fourth, k)), even3);
            }

            ref var to = ref Unsafe.Add(ref c, i);
            to = TLanes.Sum(TLanes.Add(even0, odd0));
            Unsafe.Add(ref to, 1) = TLanes.Sum(TLanes.Add(even1, odd1));
            Unsafe.Add(ref to, 2) = TLanes.Sum(TLanes.Add(even2, odd2));
            Unsafe.Add(ref to, 3) = TLanes.Sum(TLanes.Add(even3, odd3));
        }
    }
}
