using System.Globalization;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Where the operands of a product are, and how many tokens it takes, as emitted text.</summary>
/// <param name="A">A reference to the left operand.</param>
/// <param name="StrideA">Floats from row to row of it in memory.</param>
/// <param name="B">A reference to the right operand, a row for each summand.</param>
/// <param name="StrideB">Floats from row to row of it.</param>
/// <param name="StrideC">Floats from row to row of the target.</param>
/// <param name="Rows">Rows of the target, where those are tokens.</param>
/// <param name="Inner">Summands, where those are tokens.</param>
/// <param name="Diagonal">The column of the diagonal in the first row, where the product is triangular.</param>
internal sealed record ProductPlaces(string A, int StrideA, string B, int StrideB, int StrideC, string Rows, string Inner, string Diagonal)
{
    /// <summary>Columns of the target, whole vectors, where not all are computed; null: they are.</summary>
    public string? Columns { get; init; }
}

/// <summary>
/// Spells the call of the runtime that computes a product of tiles in register blocks, every size that the declaration knows a literal.
/// </summary>
internal static class ProductCall
{
    /// <summary>target = a · b, or target += a · b, as the product says.</summary>
    public static string Of(CpuSchedule schedule, MatMul product, ProductPlaces at, string target) =>
        Line(
            schedule, product, at, product.Structure == Structure.LowerTarget ? "MultiplyLower" : product.Accumulate ? "Add" : "Multiply",
            target);

    /// <summary>target += a · b, and where a condition holds group += a · b.</summary>
    public static string AddToBoth(CpuSchedule schedule, MatMul product, ProductPlaces at, string target, string group, string condition) =>
        Line(schedule, product, at, "AddToBoth", $"{target}, {group}, {condition}");

    /// <summary>target + rest += a · b.</summary>
    public static string AddCompensated(CpuSchedule schedule, MatMul product, ProductPlaces at, string target, string rest) =>
        Line(schedule, product, at, "AddCompensated", $"{target}, {rest}");

    private static string Line(CpuSchedule schedule, MatMul product, ProductPlaces at, string method, string targets)
    {
        // The rows of aᵀ are the columns of what lies in memory.
        var (rowA, innerA) = product.TransposeA ? (1, at.StrideA) : (at.StrideA, 1);
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);

        // Between segments lies padding, which is zero in both operands.
        var summands = inner.IsTokens ? at.Inner : Text(inner.Segments == 1 ? inner.Size : schedule.Padded(inner));
        return $"_Products.{method}<{VectorText.Floats}>({at.A}, {Text(rowA)}, {Text(innerA)}, {at.B}, {Text(at.StrideB)}, {targets}, {Text(at.StrideC)}, "
            + $"rows: {(rows.IsTokens ? at.Rows : Text(schedule.Padded(rows)))}, inner: {summands}, columns: {at.Columns ?? Text(schedule.Padded(product.Target.Columns))}"
            + $"{(product.Structure == Structure.Full ? "" : $", diagonal: {at.Diagonal}")});";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
