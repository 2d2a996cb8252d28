using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Positions;

/// <summary>A number that an expression reads of a table which calls hand in. Equal indices are equal values.</summary>
/// <param name="table">The table.</param>
/// <param name="index">Where in it, which is within it.</param>
internal sealed class TableValue(LearnedTable table, WholeNumber index) : Variable($"{table.Name}[{index}]")
{
    public LearnedTable Table { get; } = table;

    public WholeNumber Index { get; } = index;

    public override bool Equals(object? other) => other is TableValue value && value.Table == Table && value.Index == Index;

    public override int GetHashCode() => Index.GetHashCode();
}

/// <summary>A table of learned numbers that calls hand in.</summary>
/// <param name="Name">The argument of the call.</param>
/// <param name="Length">How many numbers it has.</param>
internal sealed record LearnedTable(string Name, int Length)
{
    /// <summary>What the names of arguments that are tables begin with: no word of C#, nor anything else in emitted text, does.</summary>
    public const string ArgumentPrefix = "learned";

    /// <summary>The most numbers of a table.</summary>
    public const int MostNumbers = 1 << 16;
}
