using KernelGen.Formulas;

namespace KernelGen;

/// <summary>The draw and the sizes of a projection, and how many numbers they call for.</summary>
internal readonly record struct ProjectionSizes(ProjectionDraw Draw, int Rows, int Columns)
{
    /// <summary>Whether signs and lengths, not weights, determine the projection.</summary>
    public bool IsHadamard => Draw == ProjectionDraw.Hadamard;

    /// <summary>P, a power of two for Hadamard; the columns otherwise.</summary>
    public int PaddedColumns => IsHadamard ? HadamardBlocks.Padded(Columns) : Columns;

    /// <summary>How many numbers determine the projection: its weights, or the lengths of a Hadamard projection.</summary>
    public long NumberCount => IsHadamard ? Rows : (long)Rows * Columns;

    /// <summary>How many signs do: [blocks, 3, P] for Hadamard.</summary>
    public long SignCount => IsHadamard ? HadamardBlocks.Signs(Rows, PaddedColumns) : 0;

    /// <summary>What is wrong with sizes of at least 1, or null.</summary>
    public string? Excess()
    {
        var size = (long)Rows * Columns;
        if (size > Array.MaxLength)
        {
            return $"{Rows} × {Columns} weights are {size} numbers; an array holds {Array.MaxLength}.";
        }

        if (!IsHadamard)
        {
            return null;
        }

        if (Columns > HadamardBlocks.MostColumns)
        {
            return $"{Columns} columns are too many for a Hadamard projection; at most {HadamardBlocks.MostColumns} are possible.";
        }

        return SignCount > Array.MaxLength
            ? $"{Rows} × {Columns} Hadamard weights take {SignCount} signs; an array holds {Array.MaxLength}."
            : null;
    }
}
