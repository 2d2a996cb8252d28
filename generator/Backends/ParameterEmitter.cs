using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>Emits how a parameter is brought into the order and scale that kernels read, from `projection` and `hyperparameters` into `packed`.</summary>
internal static class ParameterEmitter
{
    /// <param name="offset">Floats before it in the packed parameters.</param>
    /// <param name="stride">Floats from one row of a transposed matrix to the next.</param>
    /// <param name="isTransposed">Whether a matrix is packed transposed.</param>
    /// <param name="asTransform">Whether Hadamard projections are packed as signs and lengths; otherwise as a matrix like any other.</param>
    public static void Pack(SourceWriter writer, Parameter parameter, int offset, int stride, bool isTransposed, bool asTransform)
    {
        var scale = parameter.Scale == 1 ? "" : " * " + ExprPrinter.Literal(parameter.Scale);
        scale += parameter.Hyperparameter is { } factor ? $" * hyperparameters[{Text(factor)}]" : "";
        var start = offset == 0 ? "" : $"{Text(offset)} + ";
        switch (parameter.Source)
        {
            case ParameterSource.HadamardProjections when asTransform:
                var layout = new HadamardLayout(parameter);
                writer.Line($"// {parameter}: the signs [{layout.Blocks}, 3, {layout.Padded}], then the lengths [{parameter.Rows.Size}].");
                writer.Line($"projection!.Signs.CopyTo({(offset == 0 ? "packed" : $"packed.Slice({Text(offset)})")});");
                using (writer.Block($"for (var r = 0; r < {parameter.Rows.Size}; r++)"))
                {
                    writer.Line($"packed[{start}{layout.LengthOffset} + r] = projection.Lengths[r]{scale};");
                }

                break;
            case ParameterSource.SquaredNorms:
                writer.Line($"// {parameter}: ‖ω_r‖² [{parameter.Columns.Size}].");
                using (writer.Block($"for (var r = 0; r < {parameter.Columns.Size}; r++)"))
                {
                    var sum = parameter.Offset is { } place ? $" + hyperparameters[{Text(place)}]" : "";
                    writer.Line(
                        $"packed[{start}r] = (global::KernelGen.CompilerServices.LayerParameters.SquaredNorm(projection!, r){scale}){sum};");
                }

                break;
            default:
                writer.Line(isTransposed
                    ? $"// {parameter}, transposed, so that the features of a token lie side by side."
                    : $"// {parameter} [{parameter.Rows.Size}, {parameter.Columns.Size}].");
                var weights = $"weights{(offset == 0 ? "" : parameter.Name)}";
                writer.Line($"var {weights} = projection!.Weights;");
                using (writer.Block($"for (var r = 0; r < {parameter.Rows.Size}; r++)"))
                using (writer.Block($"for (var c = 0; c < {parameter.Columns.Size}; c++)"))
                {
                    var (row, column) = isTransposed ? ("c", "r") : ("r", "c");
                    writer.Line($"packed[{start}({row} * {Text(stride)}) + {column}] = {weights}[(r * {parameter.Columns.Size}) + c]{scale};");
                }

                break;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How the projections of a Hadamard draw are packed: the signs [blocks, 3, P], then a length for each row of every block.</summary>
internal readonly struct HadamardLayout
{
    public HadamardLayout(Parameter projections)
    {
        Rows = projections.Rows.Size;
        var padded = 1;
        while (padded < projections.Columns.Size)
        {
            padded *= 2;
        }

        Padded = padded;
        Blocks = (Rows + padded - 1) / padded;
    }

    public int Rows { get; }

    /// <summary>P, the next power of two of d.</summary>
    public int Padded { get; }

    public int Blocks { get; }

    public int LengthOffset => 3 * Blocks * Padded;

    public int Floats => 4 * Blocks * Padded;
}
