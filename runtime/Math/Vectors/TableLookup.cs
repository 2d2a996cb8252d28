using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>
/// Numbers of a table at the indices in the lanes of a register; an index outside of the table is taken for the nearest within.
/// </summary>
internal static unsafe class TableLookup
{
    /// <param name="table">Held still by whoever calls a kernel.</param>
    /// <param name="count">How many numbers it has.</param>
    /// <param name="indices">Any.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gather(ref float table, int count, Vector256<int> indices)
    {
        if (!Avx2.IsSupported)
        {
            return Vector256.Create(Gather(ref table, count, indices.GetLower()), Gather(ref table, count, indices.GetUpper()));
        }

        var within = Vector256.Min(Vector256.Max(indices, Vector256<int>.Zero), Vector256.Create(count - 1));
        return Avx2.GatherVector256((float*)Unsafe.AsPointer(ref table), within, sizeof(float));
    }

    /// <inheritdoc cref="Gather(ref float, int, Vector256{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Gather(ref float table, int count, Vector128<int> indices)
    {
        var within = Vector128.Min(Vector128.Max(indices, Vector128<int>.Zero), Vector128.Create(count - 1));
        return Vector128.Create(
            Unsafe.Add(ref table, within.GetElement(0)), Unsafe.Add(ref table, within.GetElement(1)),
            Unsafe.Add(ref table, within.GetElement(2)), Unsafe.Add(ref table, within.GetElement(3)));
    }
}
