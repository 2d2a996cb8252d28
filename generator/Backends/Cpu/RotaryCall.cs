using System.Globalization;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Spells calls of the runtime that rotate tokens by their positions, or gradients back.</summary>
internal static class RotaryCall
{
    /// <summary>A line that rotates rows in place.</summary>
    /// <param name="rotation">The variable of its name refers to its packed rates.</param>
    /// <param name="tile">A reference to the first row.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="position">That of the first row.</param>
    /// <param name="isReversed">Whether positions fall from row to row.</param>
    /// <param name="isBack">Whether gradients are rotated back.</param>
    public static string Of(
        Rotation rotation, string tile, int stride, string rows, string position, bool isReversed = false, bool isBack = false)
    {
        var method = isBack ? "RotateBack" : "Rotate";
        return $"global::KernelGen.CompilerServices.Rotary.{method}<{VectorText.Floats}>({tile}, {Text(stride)}, {rows}, {Text(rotation.Columns.Size)}, ref {rotation.Name}, {position}, {(isReversed ? "-1" : "1")});";
    }

    /// <summary>The position of a token of an operand.</summary>
    public static string Position(Operand operand, string token) =>
        operand.IsOfKeys ? $"head.KeyPosition + {token}" : $"head.KeyPosition + head.FirstPosition + {token}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
