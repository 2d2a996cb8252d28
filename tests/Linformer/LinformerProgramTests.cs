using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Linformer;

/// <summary>The tile programs of Linformer, interpreted in double with tiles of a few tokens, against the formula.</summary>
public sealed class LinformerProgramTests
{
    [Theory]
    [ClassData(typeof(LinformerLayer.Everyone))]
    public void Programs_are_the_formula(LinformerLayer linformer)
    {
        var layer = Layer.Of(linformer.Type);
        foreach (var (queries, keys, tile) in new[] { (9, 9, 4), (5, 31, 7), (17, 1, 3) })
        {
            var call = new LinformerCall(linformer, new AttentionShape(1, 1, queries, keys));
            var tensors = Tensors(call, linformer, queries, keys);
            var tiles = TileInterpreter.Run(layer.Program, Of(layer.Program, tensors), null, _ => tile);
            var gradient = Assert.Single(layer.GradientPrograms);
            TileInterpreter.Run(
                gradient, Of(gradient, tensors), null, _ => tile,
                kept: layer.Program.State!.Members.ToDictionary(member => member.Name, member => tiles[member]));

            var expected = call.Expected();
            var (e, f) = linformer.HasOneMatrix ? ("lengthProjection", "lengthProjection") : ("keyProjection", "valueProjection");
            foreach (var (numbers, name) in new[]
            {
                (expected.Output, "output"), (expected.Query, "queryGradient"), (expected.Key, "keyGradient"),
                (expected.Value, "valueGradient"), (expected.E, e + "Gradient"), (expected.F, f + "Gradient"),
            })
            {
                Compare.Close(numbers, [.. tensors[name].Cast<double>()], 1e-12, call.Size);
            }
        }
    }

    private static Dictionary<Operand, double[,]> Of(TileProgram program, Dictionary<string, double[,]> tensors) =>
        program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]);

    private static Dictionary<string, double[,]> Tensors(LinformerCall call, LinformerLayer layer, int queries, int keys)
    {
        var (d, dv, rows, rank) = (layer.HeadDim, layer.ValueDim, layer.MaxLength, layer.Rank);
        return new()
        {
            ["query"] = Rows(call.Query, d),
            ["key"] = Rows(call.Key, d),
            ["value"] = Rows(call.Value, dv),
            ["keyProjection"] = Rows(call.E, rank),
            ["valueProjection"] = Rows(call.F, rank),
            ["lengthProjection"] = Rows(call.E, rank),
            ["output"] = new double[queries, dv],
            ["logSumExp"] = new double[queries, 1],
            ["outputGradient"] = Rows(call.Upstream, dv),
            ["queryGradient"] = new double[queries, d],
            ["keyGradient"] = new double[keys, d],
            ["valueGradient"] = new double[keys, dv],
            ["keyProjectionGradient"] = new double[rows, rank],
            ["valueProjectionGradient"] = new double[rows, rank],
            ["lengthProjectionGradient"] = new double[rows, rank],
        };
    }

    private static double[,] Rows(float[] numbers, int columns) => Inputs.Matrix(NaiveAttention.ToDouble(numbers), columns);
}
