using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// Draws the blocks of an orthogonal projection two at a time, one in each lane of a vector of two doubles; a unit is such a pair. Every
/// number goes through the operations of <see cref="OrthogonalDraw.TryOrthonormalise"/> in their order, so it has their bits.
/// </summary>
/// <remarks>
/// A sum in the order of its index waits for each addition, and a second pass over the predecessors cannot start before the first has
/// ended. What can go on beside one such chain: that of the block in the other lane, and the first pass of the next row over the same
/// predecessors. More blocks at once would be no faster: at 1,023 columns the predecessors of two are 17 MB, read once for each row, and
/// four would wait for memory.
/// </remarks>
internal sealed class OrthogonalPairs(ProjectionSizes sizes, ulong seed, float[] weights) : TeamJob
{
    private const int Lanes = 2;

    private readonly NormalStream _normals = new(seed);

    /// <summary>The pairs; of an odd number of blocks the last one is alone.</summary>
    public int Count => (((sizes.Rows - 1) / sizes.Columns) + Lanes) / Lanes;

    public override void Run(int unit, int worker)
    {
        var firstRow = Lanes * unit * sizes.Columns;
        var rows = Math.Min(sizes.Columns, sizes.Rows - firstRow);
        var basis = new Vector128<double>[rows * sizes.Columns];
        var nextAfterLast = new Vector128<double>[sizes.Columns]; // so that the last row needs no code of its own
        var numbers = new double[sizes.Columns];
        var current = basis.AsSpan(0, sizes.Columns);
        var squares = Fill(current, firstRow, numbers);
        for (var row = 0; row < rows; row++)
        {
            var isLast = row + 1 == rows;
            var next = isLast ? nextAfterLast : basis.AsSpan((row + 1) * sizes.Columns, sizes.Columns);
            var nextSquares = isLast ? default : Fill(next, firstRow + row + 1, numbers);

            TakeOut(basis.AsSpan(0, row * sizes.Columns), current, next);
            var after = Vector128.Sqrt(SquaredLengths(current));
            var enough = Vector128.GreaterThan(after, Vector128.Create(OrthogonalDraw.LeastShare) * Vector128.Sqrt(squares));
            for (var i = 0; i < current.Length; i++)
            {
                current[i] /= after;
            }

            for (var lane = 0; lane < Lanes && RowOfLane(firstRow + row, lane) < sizes.Rows; lane++)
            {
                if (enough.AsInt64()[lane] == 0)
                {
                    Redraw(basis, row, lane, RowOfLane(firstRow + row, lane));
                }

                Write(current, lane, RowOfLane(firstRow + row, lane), numbers);
            }

            TakeOut(current, next);
            current = next;
            squares = nextSquares;
        }
    }

    private int RowOfLane(int row, int lane) => row + (lane * sizes.Columns);

    /// <summary>The first attempt at the directions of a row, without the lanes that have none, and their squared lengths.</summary>
    private Vector128<double> Fill(Span<Vector128<double>> directions, int row, Span<double> numbers)
    {
        for (var lane = 0; lane < Lanes && RowOfLane(row, lane) < sizes.Rows; lane++)
        {
            _normals.Fill(numbers, RowOfLane(row, lane), DrawPurpose.Direction, attempt: 0);
            Scatter(numbers, directions, lane);
        }

        return SquaredLengths(directions);
    }

    /// <summary>Draws again until enough is left, which next to never happens even once.</summary>
    private void Redraw(Vector128<double>[] basis, int row, int lane, int drawnRow)
    {
        var predecessors = new double[row * sizes.Columns];
        for (var i = 0; i < predecessors.Length; i++)
        {
            predecessors[i] = basis[i][lane];
        }

        var direction = new double[sizes.Columns];
        var attempt = 1;
        do
        {
            _normals.Fill(direction, drawnRow, DrawPurpose.Direction, attempt++);
        }
        while (!OrthogonalDraw.TryOrthonormalise(predecessors, direction));

        Scatter(direction, basis.AsSpan(row * sizes.Columns, sizes.Columns), lane);
    }

    private void Write(ReadOnlySpan<Vector128<double>> directions, int lane, int row, Span<double> lengthSource)
    {
        var length = sizes.Draw == ProjectionDraw.RegularizedOrthogonal ? Math.Sqrt(sizes.Columns) : _normals.ChiLength(lengthSource, row);
        var target = weights.AsSpan(row * sizes.Columns, sizes.Columns);
        for (var column = 0; column < target.Length; column++)
        {
            target[column] = (float)(length * directions[column][lane]);
        }
    }

    private static void Scatter(ReadOnlySpan<double> numbers, Span<Vector128<double>> vectors, int lane)
    {
        var target = MemoryMarshal.Cast<Vector128<double>, double>(vectors);
        for (var i = 0; i < numbers.Length; i++)
        {
            target[(Lanes * i) + lane] = numbers[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<double> SquaredLengths(ReadOnlySpan<Vector128<double>> vectors)
    {
        var sum = Vector128<double>.Zero;
        for (var i = 0; i < vectors.Length; i++)
        {
            sum += vectors[i] * vectors[i];
        }

        return sum;
    }

    /// <summary>Takes the components along the rows of <paramref name="basis"/> out of two vectors, row after row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeOut(ReadOnlySpan<Vector128<double>> basis, Span<Vector128<double>> a, Span<Vector128<double>> b)
    {
        var columns = a.Length;
        if (basis.IsEmpty)
        {
            return;
        }

        b = b[..columns];
        var row = basis[..columns];
        var (alongA, alongB) = (Vector128<double>.Zero, Vector128<double>.Zero);
        for (var i = 0; i < a.Length; i++)
        {
            alongA += row[i] * a[i];
            alongB += row[i] * b[i];
        }

        // What goes out along one row is followed at once, number by number, by the sums along the next one.
        for (var start = columns; start < basis.Length; start += columns)
        {
            var next = basis.Slice(start, columns);
            var (nextA, nextB) = (Vector128<double>.Zero, Vector128<double>.Zero);
            for (var i = 0; i < a.Length; i++)
            {
                var leftA = a[i] - (alongA * row[i]);
                var leftB = b[i] - (alongB * row[i]);
                a[i] = leftA;
                b[i] = leftB;
                nextA += next[i] * leftA;
                nextB += next[i] * leftB;
            }

            (alongA, alongB) = (nextA, nextB);
            row = next;
        }

        for (var i = 0; i < a.Length; i++)
        {
            a[i] -= alongA * row[i];
            b[i] -= alongB * row[i];
        }
    }

    /// <summary>Takes the component along one row out of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeOut(ReadOnlySpan<Vector128<double>> row, Span<Vector128<double>> vector)
    {
        var along = Vector128<double>.Zero;
        for (var i = 0; i < vector.Length; i++)
        {
            along += row[i] * vector[i];
        }

        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] -= along * row[i];
        }
    }
}
