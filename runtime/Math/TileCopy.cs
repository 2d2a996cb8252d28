using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.CompilerServices;

/// <summary>
/// Moves tiles of tokens between tensors and scratch memory. Nothing is read or written past a token's own numbers, so a tensor may end
/// at the end of mapped memory; the padding is in the scratch tile only.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TileCopy
{
    // Kernels are compiled fully at their first call; what they call must be too, or it runs unoptimised until the JIT is back.

    private const int Padding = 16;

    /// <summary>
    /// tile[row · tileStride + column] = source[row · sourceStride + column], and zeros in the columns from <paramref name="columns"/> up
    /// to the next multiple of 16, but not to <paramref name="tileStride"/> or beyond.
    /// </summary>
    /// <param name="source">The first number of the first token.</param>
    /// <param name="sourceStride">Floats from token to token.</param>
    /// <param name="rows">Tokens to copy; rows of the tile past them are left as they are.</param>
    /// <param name="columns">Numbers of a token.</param>
    /// <param name="tile">The scratch tile.</param>
    /// <param name="tileStride">Floats from row to row of the tile, at least <paramref name="columns"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load(ref float source, nint sourceStride, int rows, int columns, ref float tile, int tileStride)
    {
        Debug.Assert(columns <= tileStride);
        var padding = PaddedEnd(columns, tileStride) - columns;
        for (var row = 0; row < rows; row++)
        {
            ref var target = ref Unsafe.Add(ref tile, (nint)row * tileStride);
            CopyRow(ref Unsafe.Add(ref source, row * sourceStride), ref target, columns);
            PrefetchRow(ref Unsafe.Add(ref source, (row + rows) * sourceStride), columns);
            if (padding != 0)
            {
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, columns), padding).Clear();
            }
        }
    }

    /// <summary>
    /// tile[column · tileStride + row] = source[row · sourceStride + column]: tokens side by side. Zeros in the row positions from
    /// <paramref name="rows"/> up to the next multiple of 16, but not to <paramref name="tileStride"/> or beyond.
    /// </summary>
    /// <inheritdoc cref="Load" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadTransposed(ref float source, nint sourceStride, int rows, int columns, ref float tile, int tileStride)
    {
        Debug.Assert(rows <= tileStride);
        Transpose(ref source, sourceStride, rows, columns, ref tile, tileStride);
        var padding = PaddedEnd(rows, tileStride) - rows;
        if (padding != 0)
        {
            for (var column = 0; column < columns; column++)
            {
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref tile, (nint)column * tileStride + rows), padding).Clear();
            }
        }
    }

    /// <summary>
    /// Rows of a source by falling numbers: row r of the tile is row first − r of the source, and zeros where that has none. As
    /// <see cref="Load"/> in all else.
    /// </summary>
    /// <param name="source">The first number of row 0.</param>
    /// <param name="sourceStride">Floats from row to row.</param>
    /// <param name="length">Rows of the source.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="first">The row of the source that row 0 of the tile is; it may be none.</param>
    /// <param name="from">The first row of the tile that is wanted; rows before it are left as they are.</param>
    /// <param name="to">The row of the tile after the last one wanted.</param>
    /// <param name="tile">The scratch tile.</param>
    /// <param name="tileStride">Floats from row to row of the tile, at least <paramref name="columns"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadBand(
        ref float source, nint sourceStride, int length, int columns, int first, int from, int to, ref float tile, int tileStride)
    {
        var (there, end) = RowsThere(length, first, from, to);
        Clear(ref Unsafe.Add(ref tile, (nint)from * tileStride), tileStride, 0, there - from);
        Load(
            ref Unsafe.Add(ref source, (first - there) * sourceStride), -sourceStride, end - there, columns,
            ref Unsafe.Add(ref tile, (nint)there * tileStride), tileStride);
        Clear(ref Unsafe.Add(ref tile, (nint)end * tileStride), tileStride, 0, to - end);
    }

    /// <summary>As <see cref="LoadBand"/>, with rows of the source side by side: what would be row r of the tile is its column r.</summary>
    /// <inheritdoc cref="LoadBand" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadBandTransposed(
        ref float source, nint sourceStride, int length, int columns, int first, int from, int to, ref float tile, int tileStride)
    {
        Debug.Assert(to <= tileStride);
        var (there, end) = RowsThere(length, first, from, to);
        Transpose(
            ref Unsafe.Add(ref source, (first - there) * sourceStride), -sourceStride, end - there, columns,
            ref Unsafe.Add(ref tile, there), tileStride);
        if (there == from && end == to)
        {
            return;
        }

        for (var column = 0; column < columns; column++)
        {
            ref var row = ref Unsafe.Add(ref tile, (nint)column * tileStride);
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref row, from), there - from).Clear();
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref row, end), to - end).Clear();
        }
    }

    /// <summary>The rows of a band that its source has.</summary>
    private static (int From, int To) RowsThere(int length, int first, int from, int to)
    {
        var end = Math.Clamp(first + 1, from, to);
        return (Math.Clamp(first - length + 1, from, end), end);
    }

    /// <summary>
    /// target[column · targetStride + row] = source[row · sourceStride + column], and nothing else is written.
    /// </summary>
    /// <param name="source">The first number of the first row.</param>
    /// <param name="sourceStride">Floats from row to row.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="target">Where the first column becomes a row.</param>
    /// <param name="targetStride">Floats from one such row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ref float source, nint sourceStride, int rows, int columns, ref float target, int targetStride)
    {
        var row = 0;
        if (Avx.IsSupported)
        {
            for (; row + 8 <= rows; row += 8)
            {
                ref var from = ref Unsafe.Add(ref source, row * sourceStride);
                ref var to = ref Unsafe.Add(ref target, row);
                var column = 0;
                for (; column + 4 <= columns; column += 4)
                {
                    Transpose8X4(
                        ref Unsafe.Add(ref from, column), sourceStride, ref Unsafe.Add(ref to, (nint)column * targetStride), targetStride);
                }

                TransposeScalar(ref from, sourceStride, 8, column, columns, ref to, targetStride);
            }
        }

        for (; row + 4 <= rows; row += 4)
        {
            ref var from = ref Unsafe.Add(ref source, row * sourceStride);
            ref var to = ref Unsafe.Add(ref target, row);
            var column = 0;
            if (Sse2.IsSupported || AdvSimd.Arm64.IsSupported)
            {
                for (; column + 4 <= columns; column += 4)
                {
                    Transpose4X4(
                        ref Unsafe.Add(ref from, column), sourceStride, ref Unsafe.Add(ref to, (nint)column * targetStride), targetStride);
                }
            }

            TransposeScalar(ref from, sourceStride, 4, column, columns, ref to, targetStride);
        }

        TransposeScalar(
            ref Unsafe.Add(ref source, row * sourceStride), sourceStride, rows - row, 0, columns,
            ref Unsafe.Add(ref target, row), targetStride);
    }

    /// <summary>
    /// destination[row · destinationStride + column] = tile[row · tileStride + column]; the padding of the tile is dropped.
    /// </summary>
    /// <param name="tile">The scratch tile.</param>
    /// <param name="tileStride">Floats from row to row of the tile.</param>
    /// <param name="rows">Tokens to copy.</param>
    /// <param name="columns">Numbers of a token.</param>
    /// <param name="destination">The first number of the first token.</param>
    /// <param name="destinationStride">Floats from token to token.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(ref float tile, int tileStride, int rows, int columns, ref float destination, nint destinationStride)
    {
        Debug.Assert(rows <= 1 || columns <= tileStride); // a column that is stored as a row has no stride
        for (var row = 0; row < rows; row++)
        {
            CopyRow(ref Unsafe.Add(ref tile, (nint)row * tileStride), ref Unsafe.Add(ref destination, row * destinationStride), columns);
            PrefetchRow(ref Unsafe.Add(ref destination, (row + rows) * destinationStride), columns);
        }
    }

    /// <summary>As <see cref="Store"/>, or adds the tile to what is there.</summary>
    /// <inheritdoc cref="Store" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreGradient(
        ref float tile, int tileStride, int rows, int columns, ref float destination, nint destinationStride, bool add)
    {
        if (!add)
        {
            Store(ref tile, tileStride, rows, columns, ref destination, destinationStride);
            return;
        }

        Debug.Assert(columns <= tileStride);
        for (var row = 0; row < rows; row++)
        {
            AddRow(ref Unsafe.Add(ref tile, (nint)row * tileStride), ref Unsafe.Add(ref destination, row * destinationStride), columns);
            PrefetchRow(ref Unsafe.Add(ref destination, (row + rows) * destinationStride), columns);
        }
    }

    /// <summary>
    /// Asks for tokens that will be copied next, after a few microseconds of arithmetic, into the second-level cache: the processor's own
    /// prefetcher stops at every page. Past the end of a tensor it asks in vain, and nothing happens. <see cref="Load"/> and
    /// <see cref="Store"/> ask for as many tokens as they copy, from the first that they do not.
    /// </summary>
    /// <inheritdoc cref="Load" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch(ref float source, nint sourceStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            PrefetchRow(ref Unsafe.Add(ref source, row * sourceStride), columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void PrefetchRow(ref float row, int columns)
    {
        if (Sse.IsSupported)
        {
            for (var column = 0; column < columns; column += Padding)
            {
                Sse.Prefetch1(Unsafe.AsPointer(ref Unsafe.Add(ref row, column)));
            }
        }
    }

    private static int PaddedEnd(int count, int stride) => Math.Min((count + Padding - 1) & -Padding, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(ref float from, ref float to, int columns)
    {
        var column = 0;
        for (; column + 8 <= columns; column += 8)
        {
            (Vector256.LoadUnsafe(ref to, (nuint)column) + Vector256.LoadUnsafe(ref from, (nuint)column))
                .StoreUnsafe(ref to, (nuint)column);
        }

        for (; column < columns; column++)
        {
            Unsafe.Add(ref to, column) += Unsafe.Add(ref from, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(ref float from, ref float to, int columns)
    {
        var column = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; column + 16 <= columns; column += 16)
            {
                Vector512.LoadUnsafe(ref from, (nuint)column).StoreUnsafe(ref to, (nuint)column);
            }
        }

        for (; column + 8 <= columns; column += 8)
        {
            Vector256.LoadUnsafe(ref from, (nuint)column).StoreUnsafe(ref to, (nuint)column);
        }

        if (column + 4 <= columns)
        {
            Vector128.LoadUnsafe(ref from, (nuint)column).StoreUnsafe(ref to, (nuint)column);
            column += 4;
        }

        for (; column < columns; column++)
        {
            Unsafe.Add(ref to, column) = Unsafe.Add(ref from, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeScalar(
        ref float from, nint fromStride, int rows, int firstColumn, int columns, ref float to, int toStride)
    {
        for (var column = firstColumn; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                Unsafe.Add(ref to, (nint)column * toStride + row) = Unsafe.Add(ref from, row * fromStride + column);
            }
        }
    }

    /// <summary>
    /// Eight tokens, four of their numbers. Tokens 0..3 go into the lower halves and 4..7 into the upper ones as they are loaded, so that
    /// two 4 × 4 transposes run side by side and no shuffle crosses the halves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8X4(ref float from, nint fromStride, ref float to, nint toStride)
    {
        var r0 = LoadHalves(ref from, 0, 4 * fromStride);
        var r1 = LoadHalves(ref from, fromStride, 5 * fromStride);
        var r2 = LoadHalves(ref from, 2 * fromStride, 6 * fromStride);
        var r3 = LoadHalves(ref from, 3 * fromStride, 7 * fromStride);
        var a = Avx.UnpackLow(r0, r1).AsDouble();
        var b = Avx.UnpackHigh(r0, r1).AsDouble();
        var c = Avx.UnpackLow(r2, r3).AsDouble();
        var d = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(a, c).AsSingle().StoreUnsafe(ref to);
        Avx.UnpackHigh(a, c).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, toStride));
        Avx.UnpackLow(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStride));
        Avx.UnpackHigh(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LoadHalves(ref float from, nint lower, nint upper) =>
        Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref from, lower)), Vector128.LoadUnsafe(ref Unsafe.Add(ref from, upper)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4X4(ref float from, nint fromStride, ref float to, nint toStride)
    {
        var r0 = Vector128.LoadUnsafe(ref from);
        var r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromStride));
        var r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromStride));
        var r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * fromStride));
        Vector128<double> a, b, c, d;
        if (Sse2.IsSupported)
        {
            a = Sse.UnpackLow(r0, r1).AsDouble();
            b = Sse.UnpackHigh(r0, r1).AsDouble();
            c = Sse.UnpackLow(r2, r3).AsDouble();
            d = Sse.UnpackHigh(r2, r3).AsDouble();
            Sse2.UnpackLow(a, c).AsSingle().StoreUnsafe(ref to);
            Sse2.UnpackHigh(a, c).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, toStride));
            Sse2.UnpackLow(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStride));
            Sse2.UnpackHigh(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStride));
        }
        else
        {
            a = AdvSimd.Arm64.ZipLow(r0, r1).AsDouble();
            b = AdvSimd.Arm64.ZipHigh(r0, r1).AsDouble();
            c = AdvSimd.Arm64.ZipLow(r2, r3).AsDouble();
            d = AdvSimd.Arm64.ZipHigh(r2, r3).AsDouble();
            AdvSimd.Arm64.ZipLow(a, c).AsSingle().StoreUnsafe(ref to);
            AdvSimd.Arm64.ZipHigh(a, c).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, toStride));
            AdvSimd.Arm64.ZipLow(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStride));
            AdvSimd.Arm64.ZipHigh(b, d).AsSingle().StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStride));
        }
    }

    /// <summary>Zeroes the rows [from, to) of a tile: tokens that a tensor does not have.</summary>
    public static void Clear(ref float tile, int tileStride, int from, int to)
    {
        if (from < to)
        {
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref tile, from * tileStride), (to - from) * tileStride).Clear();
        }
    }
}
