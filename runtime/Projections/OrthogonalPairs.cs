using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// Draws the blocks of an orthogonal projection two at a time, one in each lane of a vector of two doubles; a unit is such a pair. Every number goes
/// through the operations of <see cref="OrthogonalDraw.TryOrthonormalise"/> in their order, so it has their bits.
/// </summary>
/// <remarks>
/// A sum in the order of its index waits for each addition, and a second pass over the predecessors cannot start before the first has ended. What can
/// go on beside one such chain: that of the block in the other lane, and the first pass of the next row over the same predecessors. More blocks at once
/// would be no faster: at 1,023 columns the predecessors of two are 17 MB, read once for each row, and four would wait for memory.
/// </remarks>
internal sealed class OrthogonalPairs(ProjectionSizes sizes, ulong seed, float[] weights) : TeamJob
{
    private const int Lanes = 2;

    private readonly NormalStream _normals = new(seed);

    /// <summary>The pairs; of an odd number of blocks the last one is alone.</summary>
    public int Count => (((sizes.Rows - 1) / sizes.Columns) + Lanes) / Lanes;

    public override void Run(int unit, int worker)
    {
        int firstRow = Lanes * unit * sizes.Columns;
        int rows = Math.Min(sizes.Columns, sizes.Rows - firstRow);
        Vector128<double>[] basis = new Vector128<double>[rows * sizes.Columns];
        Vector128<double>[] nextAfterLast = new Vector128<double>[sizes.Columns]; // so that the last row needs no code of its own
        double[] numbers = new double[sizes.Columns];
        Span<Vector128<double>> current = basis.AsSpan(0, sizes.Columns);
        Vector128<double> squares = Fill(current, firstRow, numbers);
        for (int row = 0; row < rows; row++)
        {
            bool isLast = row + 1 == rows;
            Span<Vector128<double>> next = isLast ? nextAfterLast : basis.AsSpan((row + 1) * sizes.Columns, sizes.Columns);
            Vector128<double> nextSquares = isLast ? default : Fill(next, firstRow + row + 1, numbers);

            TakeOut(basis.AsSpan(0, row * sizes.Columns), current, next);
            Vector128<double> after = Vector128.Sqrt(SquaredLengths(current));
            Vector128<double> enough = Vector128.GreaterThan(after, Vector128.Create(OrthogonalDraw.LeastShare) * Vector128.Sqrt(squares));
            for (int i = 0; i < current.Length; i++)
            {
                current[i] /= after;
            }

            for (int lane = 0; lane < Lanes && RowOfLane(firstRow + row, lane) < sizes.Rows; lane++)
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
        for (int lane = 0; lane < Lanes && RowOfLane(row, lane) < sizes.Rows; lane++)
        {
            _normals.Fill(numbers, RowOfLane(row, lane), DrawPurpose.Direction, attempt: 0);
            Scatter(numbers, directions, lane);
        }

        return SquaredLengths(directions);
    }

    /// <summary>Draws again until enough is left, which next to never happens even once.</summary>
    private void Redraw(Vector128<double>[] basis, int row, int lane, int drawnRow)
    {
        double[] predecessors = new double[row * sizes.Columns];
        for (int i = 0; i < predecessors.Length; i++)
        {
            predecessors[i] = basis[i][lane];
        }

        double[] direction = new double[sizes.Columns];
        int attempt = 1;
        do
        {
            _normals.Fill(direction, drawnRow, DrawPurpose.Direction, attempt++);
        }
        while (!OrthogonalDraw.TryOrthonormalise(predecessors, direction));

        Scatter(direction, basis.AsSpan(row * sizes.Columns, sizes.Columns), lane);
    }

    private void Write(ReadOnlySpan<Vector128<double>> directions, int lane, int row, Span<double> lengthSource)
    {
        double length = sizes.Draw == ProjectionDraw.RegularizedOrthogonal ? Math.Sqrt(sizes.Columns) : _normals.ChiLength(lengthSource, row);
        Span<float> target = weights.AsSpan(row * sizes.Columns, sizes.Columns);
        for (int column = 0; column < target.Length; column++)
        {
            target[column] = (float)(length * directions[column][lane]);
        }
    }

    private static void Scatter(ReadOnlySpan<double> numbers, Span<Vector128<double>> vectors, int lane)
    {
        Span<double> target = MemoryMarshal.Cast<Vector128<double>, double>(vectors);
        for (int i = 0; i < numbers.Length; i++)
        {
            target[(Lanes * i) + lane] = numbers[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<double> SquaredLengths(ReadOnlySpan<Vector128<double>> vectors)
    {
        Vector128<double> sum = Vector128<double>.Zero;
        for (int i = 0; i < vectors.Length; i++)
        {
            sum += vectors[i] * vectors[i];
        }

        return sum;
    }

    /// <summary>Takes the components along the rows of <paramref name="basis"/> out of two vectors, row after row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeOut(ReadOnlySpan<Vector128<double>> basis, Span<Vector128<double>> a, Span<Vector128<double>> b)
    {
        int columns = a.Length;
        if (basis.IsEmpty)
        {
            return;
        }

        b = b[..columns];
        ReadOnlySpan<Vector128<double>> row = basis[..columns];
        (Vector128<double> alongA, Vector128<double> alongB) = (Vector128<double>.Zero, Vector128<double>.Zero);
        for (int i = 0; i < a.Length; i++)
        {
            alongA += row[i] * a[i];
            alongB += row[i] * b[i];
        }

        // What goes out along one row is followed at once, number by number, by the sums along the next one.
        for (int start = columns; start < basis.Length; start += columns)
        {
            ReadOnlySpan<Vector128<double>> next = basis.Slice(start, columns);
            (Vector128<double> nextA, Vector128<double> nextB) = (Vector128<double>.Zero, Vector128<double>.Zero);
            for (int i = 0; i < a.Length; i++)
            {
                Vector128<double> leftA = a[i] - (alongA * row[i]);
                Vector128<double> leftB = b[i] - (alongB * row[i]);
                a[i] = leftA;
                b[i] = leftB;
                nextA += next[i] * leftA;
                nextB += next[i] * leftB;
            }

            (alongA, alongB) = (nextA, nextB);
            row = next;
        }

        for (int i = 0; i < a.Length; i++)
        {
            a[i] -= alongA * row[i];
            b[i] -= alongB * row[i];
        }
    }

    /// <summary>Takes the component along one row out of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeOut(ReadOnlySpan<Vector128<double>> row, Span<Vector128<double>> vector)
    {
        Vector128<double> along = Vector128<double>.Zero;
        for (int i = 0; i < vector.Length; i++)
        {
            along += row[i] * vector[i];
        }

        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] -= along * row[i];
        }
    }
}
