using System.Globalization;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Spells the call of the runtime that computes a product with projections that are lengths · H·D₃·H·D₂·H·D₁, a fast transform.
/// </summary>
internal static class HadamardCall
{
    /// <summary>Tokens that are written at once, at the widest vectors.</summary>
    public const int MostRows = VectorText.MostLanes;

    /// <summary>Floats of scratch memory: a vector of tokens on the way in, and the block that is being transformed.</summary>
    public static int WorkFloats(Parameter projections) => 2 * new HadamardLayout(projections).Padded * VectorText.MostLanes;

    /// <summary>c = a · Wᵀ.</summary>
    public static string Of(MatMul product, string a, int strideA, string w, string c, int strideC, string work, string rows)
    {
        var layout = new HadamardLayout((Parameter)product.B);
        return $"_Hadamard.Multiply<{VectorText.Floats}>({a}, {Text(strideA)}, {w}, {Text(layout.LengthOffset)}, {c}, {Text(strideC)}, {work}, "
            + $"rows: {rows}, columns: {Text(product.A.Columns.Size)}, block: {Text(layout.Padded)}, projections: {Text(layout.Rows)});";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
