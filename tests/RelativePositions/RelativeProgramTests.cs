using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.RelativePositions;

/// <summary>The tile programs of relative positions, interpreted in double with tiles of a few tokens, against the formula.</summary>
public sealed class RelativeProgramTests
{
    [Theory]
    [ClassData(typeof(RelativeLayer.Everyone))]
    public void Programs_are_the_formula(RelativeLayer relative)
    {
        var layer = Layer.Of(relative.Type);

        // Constants of a score are floats in the program.
        var tolerance = relative.BendsScores ? 1e-7 : 1e-12;
        foreach (var (queries, keys, tile, wide) in new[] { (9, 9, 4, 4), (5, 31, 7, 3), (1, 17, 3, 5), (30, 33, 4, 9), (1, 1, 2, 2) })
        {
            var call = new RelativeCall(relative, new AttentionShape(1, 1, queries, keys));
            var tensors = Tensors(call, relative, queries, keys);
            foreach (var program in layer.GradientPrograms.Prepend(layer.Program))
            {
                // Both axes have tiles of their own size.
                TileInterpreter.Run(
                    program, program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]), null,
                    tokens => tokens.Name == "i" ? tile : wide);
            }

            var expected = call.Expected();
            foreach (var (numbers, name) in new[]
            {
                (expected.Output, "output"), (expected.Query, "queryGradient"), (expected.Key, "keyGradient"),
                (expected.Value, "valueGradient"), (expected.Positions, "positionQueryGradient"),
                (expected.Distances, "distanceKeyGradient"),
            })
            {
                Compare.Close(numbers, [.. tensors[name].Cast<double>()], tolerance, size: 1);
            }
        }
    }

    [Theory]
    [InlineData(typeof(SameLength))]
    [InlineData(typeof(Bent))]
    public void Every_mistake_with_a_band_is_found(Type type)
    {
        var relative = RelativeLayer.Of(type);
        var layer = Layer.Of(type);
        var tensors = Tensors(new RelativeCall(relative, new AttentionShape(1, 1, 9, 13)), relative, 9, 13);
        var tried = 0;
        foreach (var program in layer.GradientPrograms.Prepend(layer.Program))
        {
            var one = new ProgramCase(type.Name, program, tensors);
            var expected = one.Run(program, tileRows: 4);
            string[] bands =
            [
                .. Dataflow.Flatten(program.Body).Where(statement => statement is LoadBand or Skew)
                    .Select(statement => $"'{ProgramText.Describe(statement)}"),
            ];
            foreach (var mutant in Mutations.Of(program)
                .Where(mutant => Array.Exists(bands, band => mutant.What.StartsWith(band, StringComparison.Ordinal))))
            {
                tried++;
                Assert.True(
                    Verifier.Faults(mutant.Program).Count > 0
                    || one.Run(mutant.Program, tileRows: 4).DifferenceFrom(expected, 1e-9) is not null, mutant.What);
            }

            foreach (var (name, numbers) in expected.Tensors)
            {
                tensors[name] = numbers;
            }
        }

        Assert.InRange(tried, 100, 2000);
    }

    private static Dictionary<string, double[,]> Tensors(RelativeCall call, RelativeLayer layer, int queries, int keys)
    {
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        return new()
        {
            ["query"] = Rows(call.Query, d),
            ["key"] = Rows(call.Key, d),
            ["value"] = Rows(call.Value, dv),
            ["positionQuery"] = Rows(call.Positions, d),
            ["distanceKey"] = Rows(call.Distances, d),
            ["output"] = new double[queries, dv],
            ["logSumExp"] = new double[queries, 1],
            ["logSumExpRest"] = new double[queries, 1],
            ["outputGradient"] = Rows(call.Upstream, dv),
            ["queryGradient"] = new double[queries, d],
            ["keyGradient"] = new double[keys, d],
            ["valueGradient"] = new double[keys, dv],
            ["positionQueryGradient"] = new double[queries, d],
            ["distanceKeyGradient"] = new double[layer.Distances, d],
        };
    }

    private static double[,] Rows(float[] numbers, int columns) => Inputs.Matrix(NaiveAttention.ToDouble(numbers), columns);
}
