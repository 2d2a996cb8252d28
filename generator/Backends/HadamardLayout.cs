using KernelGen.Formulas;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>
/// How a parameter that is a fast transform is packed: the signs [blocks, 3, P], then a length for each row of every block.
/// </summary>
internal readonly struct HadamardLayout
{
    public HadamardLayout(Parameter parameter)
    {
        Rows = parameter.Rows.Size;
        Padded = HadamardBlocks.Padded(parameter.Columns.Size);
        Blocks = (int)HadamardBlocks.Count(Rows, Padded);
        LengthOffset = (int)HadamardBlocks.Signs(Rows, Padded);
    }

    public int Rows { get; }

    /// <summary>P, the next power of two of d.</summary>
    public int Padded { get; }

    public int Blocks { get; }

    public int LengthOffset { get; }

    public int Floats => LengthOffset + (Blocks * Padded);
}
