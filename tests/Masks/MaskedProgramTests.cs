using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Masks;

/// <summary>The tile programs of masked attention, interpreted in double with tiles of a few tokens, against the formula.</summary>
public sealed class MaskedProgramTests
{
    [Theory]
    [ClassData(typeof(MaskedLayer.Everyone))]
    public void Programs_are_the_formula(MaskedLayer masked)
    {
        var layer = Layer.Of(masked.Type);
        foreach (var (queries, keys, head, tile) in new[] { (9, 9, 0, 4), (23, 60, 1, 5), (61, 61, 2, 7), (1, 70, 1, 3) })
        {
            // The head of the call is the only one that is compared.
            var call = new MaskedCall(masked, 1, head + 1, queries, keys, seed: queries);
            var expected = call.Expected();
            var tensors = Tensors(call, layer, head, queries, keys);
            Run(layer.Program, tensors, head, tile);

            // Constants of a score are floats in the program.
            var tolerance = masked.Score is null && masked.Tokens?.Score is null ? 1e-12 : 1e-7;
            Compare.Close(Part(expected.Output, head, queries * layer.ValueDim), Numbers(tensors["output"]), tolerance);
            foreach (var program in layer.GradientPrograms)
            {
                Run(program, tensors, head, tile);
            }

            Compare.Close(Part(expected.Query, head, queries * layer.HeadDim), Numbers(tensors["queryGradient"]), tolerance, expected.Size);
            Compare.Close(Part(expected.Key, head, keys * layer.HeadDim), Numbers(tensors["keyGradient"]), tolerance, expected.Size);
            Compare.Close(Part(expected.Value, head, keys * layer.ValueDim), Numbers(tensors["valueGradient"]), tolerance);
        }
    }

    private static void Run(TileProgram program, Dictionary<string, double[,]> tensors, int head, int tile) => TileInterpreter.Run(
        program, program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]), null, _ => tile, head: head);

    private static Dictionary<string, double[,]> Tensors(MaskedCall call, Layer layer, int head, int queries, int keys)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var tensors = new Dictionary<string, double[,]>
        {
            ["query"] = Rows(call.Query, head, queries, d),
            ["key"] = Rows(call.Key, head, keys, d),
            ["value"] = Rows(call.Value, head, keys, dv),
            ["output"] = new double[queries, dv],
            ["logSumExp"] = new double[queries, 1],
            ["logSumExpRest"] = new double[queries, 1],
            ["outputGradient"] = Rows(call.Upstream, head, queries, dv),
            ["queryGradient"] = new double[queries, d],
            ["keyGradient"] = new double[keys, d],
            ["valueGradient"] = new double[keys, dv],
        };
        var kinds = layer.Program.Operands.Where(operand => operand.Element == OperandElement.Int32).ToList();
        for (var kind = 0; kind < kinds.Count; kind++)
        {
            tensors[kinds[kind].Name] = Rows(Array.ConvertAll(call.TokenNumbers[kind], number => (double)number), 0, keys, 1);
        }

        return tensors;
    }

    private static double[,] Rows(float[] tensor, int head, int rows, int columns) =>
        Rows(Array.ConvertAll(tensor, number => (double)number), head, rows, columns);

    private static double[,] Rows(double[] tensor, int head, int rows, int columns)
    {
        var result = new double[rows, columns];
        for (var i = 0; i < rows * columns; i++)
        {
            result[i / columns, i % columns] = tensor[(head * rows * columns) + i];
        }

        return result;
    }

    private static double[] Part(double[] all, int head, int length) => all.AsSpan(head * length, length).ToArray();

    private static double[] Numbers(double[,] rows) => [.. rows.Cast<double>()];
}
