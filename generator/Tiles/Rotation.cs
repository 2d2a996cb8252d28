using System.Globalization;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// How tokens are rotated by their positions: numbers c and c + d/2 of a token at position p as a pair, by the angle p·θ^(−2c/d)
/// (Su et al., arXiv:2104.09864). Positions are those among the keys, of which queries are the last. What kernels read of it is a parameter
/// of the layer.
/// </summary>
internal sealed class Rotation(string name, Dim columns, float theta) : Parameter(
    name, Dim.One, columns, ParameterForm.Rotation,
    new ParameterSource("Rotary", "Pack", $"{theta.ToString("R", CultureInfo.InvariantCulture)}^(−2c/{columns})"))
{
    /// <summary>θ.</summary>
    public float Theta { get; } = theta;

    /// <summary>
    /// Floats that it is packed into: 16 for each pair, in rows of whole vectors, as KernelGen.CompilerServices.Rotary does.
    /// </summary>
    public int Floats => 16 * RowFloats;

    /// <summary>Floats from the first row to the second.</summary>
    public int RowFloats => ((Columns.Size / 2) + 15) / 16 * 16;
}
