using System.Globalization;
using KernelGen.Formulas;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>Spells the calls of the runtime that pack parameters, from `projection` and `hyperparameters` into `packed`.</summary>
internal static class ParameterText
{
    /// <summary>The call, after a comment that says what it packs.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="offset">Floats before it in the packed parameters.</param>
    /// <param name="stride">Floats from one row of a matrix to the next.</param>
    /// <param name="isTransposed">Whether a matrix is packed transposed.</param>
    /// <param name="asTransform">Whether what is a fast transform is packed as one; otherwise as a matrix like any other.</param>
    public static string Pack(Parameter parameter, int offset, int stride, bool isTransposed, bool asTransform)
    {
        var source = parameter.Source;
        if (parameter is Rotation rotation)
        {
            return $"// {parameter}: {source.Text}, as parts of a turn [{Text(parameter.Columns.Size / 2)}].\n"
                + $"global::KernelGen.CompilerServices.{source.Packer}.{source.Method}({(offset == 0 ? "packed" : $"packed.Slice({Text(offset)})")}, columns: {Text(parameter.Columns.Size)}, theta: {ExprPrinter.Literal(rotation.Theta)});";
        }

        var isTransform = parameter.Form == ParameterForm.Transform && asTransform;
        var isMatrix = parameter.Form != ParameterForm.Vector && !isTransform;
        string[] arguments =
        [
            "projection",
            offset == 0 ? "packed" : $"packed.Slice({Text(offset)})",
            .. isMatrix ? new[] { $"stride: {Text(stride)}", $"isTransposed: {(isTransposed ? "true" : "false")}" } : [],
            .. source.Scale == 1 ? [] : new[] { $"scale: {ExprPrinter.Literal(source.Scale)}" },
            .. Hyperparameter("factor", source.Factor),
            .. Hyperparameter("offset", source.Offset),
        ];
        var method = isTransform ? "Transform" : source.Method;
        return $"// {Describe(parameter, isMatrix && isTransposed, isTransform)}\n"
            + $"global::KernelGen.CompilerServices.{source.Packer}.{method}({string.Join(", ", arguments)});";
    }

    private static IEnumerable<string> Hyperparameter(string name, int? place) =>
        place is { } at ? [$"{name}: hyperparameters[{Text(at)}]"] : [];

    private static string Describe(Parameter parameter, bool isTransposed, bool isTransform)
    {
        if (isTransform)
        {
            var layout = new HadamardLayout(parameter);
            return $"{parameter}: the signs [{layout.Blocks}, {HadamardBlocks.Rounds}, {layout.Padded}], then the lengths [{parameter.Rows.Size}].";
        }

        return parameter.Form == ParameterForm.Vector ? $"{parameter}: {parameter.Source.Text} [{parameter.Columns.Size}]."
            : isTransposed ? $"{parameter}, transposed, so that the features of a token lie side by side."
            : $"{parameter} [{parameter.Rows.Size}, {parameter.Columns.Size}].";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
