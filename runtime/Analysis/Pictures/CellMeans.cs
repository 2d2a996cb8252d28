namespace KernelGen;

/// <summary>A matrix of any size as at most 128 × 128 cells, each the mean of an equal block of numbers.</summary>
internal sealed class CellMeans
{
    private const int Most = 128;

    private readonly double[,] _sums;
    private readonly int[,] _counts;

    /// <param name="rows">Of the matrix, at least 1.</param>
    /// <param name="columns">Of the matrix, at least 1.</param>
    public CellMeans(int rows, int columns)
    {
        RowsEach = (rows - 1) / Most + 1;
        ColumnsEach = (columns - 1) / Most + 1;
        _sums = new double[(rows - 1) / RowsEach + 1, (columns - 1) / ColumnsEach + 1];
        _counts = new int[Rows, Columns];
    }

    /// <summary>Rows of the matrix that a cell is the mean of; the last cells may have fewer.</summary>
    public int RowsEach { get; }

    /// <summary>Columns of the matrix that a cell is the mean of.</summary>
    public int ColumnsEach { get; }

    /// <summary>Rows of cells.</summary>
    public int Rows => _sums.GetLength(0);

    /// <summary>Columns of cells.</summary>
    public int Columns => _sums.GetLength(1);

    /// <summary>The mean of what was added to a cell; NaN also where nothing was.</summary>
    public double this[int row, int column] => _sums[row, column] / _counts[row, column];

    /// <summary>Adds a number of the matrix. What is never added has no part in any mean.</summary>
    public void Add(int row, int column, double number)
    {
        _sums[row / RowsEach, column / ColumnsEach] += number;
        _counts[row / RowsEach, column / ColumnsEach]++;
    }

    /// <summary>Whether nothing was added to a cell.</summary>
    public bool IsBlank(int row, int column) => _counts[row, column] == 0;

    /// <summary>The cells that something was added to.</summary>
    public IEnumerable<double> Filled() =>
        from row in Enumerable.Range(0, Rows)
        from column in Enumerable.Range(0, Columns)
        where !IsBlank(row, column)
        select this[row, column];
}
