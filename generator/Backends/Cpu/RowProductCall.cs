using System.Globalization;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Spells the calls of the runtime that compute products whose left operand is a row or two, as decoding has them, every size that the
/// declaration knows a literal.
/// </summary>
internal static class RowProductCall
{
    /// <summary>Rows of the right operand that a product of a row with rows reads at a time, and numbers that it then writes.</summary>
    public const int DotRows = 4;

    /// <summary>c = a · Bᵀ for a row a, and B with its rows side by side: a dot product for each of the `rows`.</summary>
    public static string Dots(CpuSchedule schedule, MatMul product, string a, string b, int strideB, string c, string rows) =>
        $"_RowProducts.Dots<{VectorText.Floats}>({a}, {b}, {Text(strideB)}, {c}, rows: {rows}, inner: {Text(schedule.Padded(product.A.Columns))});";

    /// <summary>c = a · B or c += a · B for a row a, and B with the columns of c side by side.</summary>
    /// <param name="inner">Rows of B, where those are tokens.</param>
    public static string Row(CpuSchedule schedule, MatMul product, string a, string b, int strideB, string c, string? inner) =>
        $"_RowProducts.{(product.Accumulate ? "Add" : "Multiply")}<{VectorText.Floats}>({a}, {b}, {Text(strideB)}, {c}, {Sizes(schedule, product, inner)});";

    /// <summary>The same for two rows, and c not added to.</summary>
    public static string Pair(CpuSchedule schedule, MatMul product, string a, int strideA, string b, int strideB, string c, int strideC) =>
        $"_RowProducts.MultiplyPair<{VectorText.Floats}>({a}, {Text(strideA)}, {b}, {Text(strideB)}, {c}, {Text(strideC)}, {Sizes(schedule, product, null)});";

    private static string Sizes(CpuSchedule schedule, MatMul product, string? inner)
    {
        // Between segments lies padding, which is zero in both operands.
        var axis = product.A.Columns;
        var summands = inner ?? Text(axis.Segments == 1 ? axis.Size : schedule.Padded(axis));
        return $"inner: {summands}, columns: {Text(schedule.Padded(product.Target.Columns))}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
