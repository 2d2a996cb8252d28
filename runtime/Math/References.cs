using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// References of a state: its sums are of 2^(x − c) for a reference c of each row, which rises where x grows far beyond it, and what was
/// summed before follows by 2^(c − c′).
/// </summary>
/// <remarks>
/// All counts are whole vectors of 16 floats. An axis of several segments has padding behind each of them, which never asks for a raise.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class References
{
    /// <summary>Below this 2^x is 0: so small a factor leaves nothing of a sum.</summary>
    private const float FlushBelow = -64f;

    /// <summary>Whether any candidate is above its reference by more than the threshold. NaN is not.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    /// <param name="candidates">What references would rise to.</param>
    /// <param name="references">The references.</param>
    /// <param name="threshold">By how much they may be exceeded.</param>
    /// <param name="size">References of a segment.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="padded">Floats from one segment to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Exceed<TVector>(ref float candidates, ref float references, float threshold, int size, int segments, int padded)
        where TVector : struct, IVector<TVector>
    {
        var most = TVector.Create(threshold);
        for (nint segment = 0; segment < segments; segment++)
        {
            nint j = segment * padded, end = j + size;
            for (; j + TVector.Count <= end; j += TVector.Count)
            {
                if (TVector.AnyGreater(
                    TVector.Load(ref Unsafe.Add(ref candidates, j)) - TVector.Load(ref Unsafe.Add(ref references, j)), most))
                {
                    return true;
                }
            }

            if (j < end)
            {
                var rise = TVector.Load(ref Unsafe.Add(ref candidates, j)) - TVector.Load(ref Unsafe.Add(ref references, j));
                if (TVector.AnyGreater(TVector.Select(TVector.First((int)(end - j)), rise, TVector.Zero), most))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>c′ = max(c, candidate), and the factors 2^(c − c′) that the sums follow by.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Raise<TVector>(ref float candidates, ref float references, ref float factors, int count)
        where TVector : struct, IVector<TVector>
    {
        for (nint j = 0; j < count; j += TVector.Count)
        {
            var old = TVector.Load(ref Unsafe.Add(ref references, j));
            var raised = TVector.MaxNative(old, TVector.Load(ref Unsafe.Add(ref candidates, j)));
            TVector.Store(raised, ref Unsafe.Add(ref references, j));
            TVector.Store(TVector.Exp2(old - raised, FlushBelow), ref Unsafe.Add(ref factors, j));
        }
    }

    /// <summary>A vector times the factors.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<TVector>(ref float values, ref float factors, int count)
        where TVector : struct, IVector<TVector>
    {
        for (nint j = 0; j < count; j += TVector.Count)
        {
            ref var value = ref Unsafe.Add(ref values, j);
            TVector.Store(TVector.Load(ref value) * TVector.Load(ref Unsafe.Add(ref factors, j)), ref value);
        }
    }

    /// <summary>The rows of a matrix times a factor each.</summary>
    /// <remarks>
    /// Rows whose reference stays are not touched: where norms fall from token to token there are many raises, of a few references each.
    /// </remarks>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleRows<TVector>(ref float matrix, int stride, ref float factors, int rows, int columns)
        where TVector : struct, IVector<TVector>
    {
        for (nint r = 0; r < rows; r++)
        {
            var factor = Unsafe.Add(ref factors, r);
            if (factor == 1f)
            {
                continue;
            }

            var spread = TVector.Create(factor);
            ref var row = ref Unsafe.Add(ref matrix, r * stride);
            for (nint j = 0; j < columns; j += TVector.Count)
            {
                TVector.Store(TVector.Load(ref Unsafe.Add(ref row, j)) * spread, ref Unsafe.Add(ref row, j));
            }
        }
    }

    /// <summary>The columns of a matrix times a factor each.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleColumns<TVector>(ref float matrix, int stride, ref float factors, int rows, int columns)
        where TVector : struct, IVector<TVector>
    {
        for (nint r = 0; r < rows; r++)
        {
            Scale<TVector>(ref Unsafe.Add(ref matrix, r * stride), ref factors, columns);
        }
    }

    /// <summary>The larger of two vectors takes the place of the first; the second does, where nothing was before.</summary>
    /// <typeparam name="TVector">The vector that is computed with.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max<TVector>(ref float values, ref float others, bool isFirst, int count)
        where TVector : struct, IVector<TVector>
    {
        for (nint j = 0; j < count; j += TVector.Count)
        {
            var other = TVector.Load(ref Unsafe.Add(ref others, j));
            TVector.Store(
                isFirst ? other : TVector.MaxNative(TVector.Load(ref Unsafe.Add(ref values, j)), other), ref Unsafe.Add(ref values, j));
        }
    }
}
