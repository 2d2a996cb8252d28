using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Decay;

/// <summary>The tile programs of attention that forgets, interpreted in double with tiles of a few tokens, against the formula.</summary>
public sealed class DecayProgramTests
{
    public static TheoryData<Layer> Fading => DecayTests.Fading;

    [Theory]
    [MemberData(nameof(Fading))]
    public void Programs_are_the_formula(Layer layer)
    {
        foreach (var (length, tile, logDecay) in new[] { (1, 4, -1f), (9, 4, -0.5f), (30, 7, -0.01f), (31, 8, -30f), (40, 13, -900f) })
        {
            var call = new FadingCall(layer, 1, 1, length, seed: length, logDecay);
            var (_, weights) = call.Create();
            var (output, gradients, size) = call.Expected(weights);
            var tensors = Tensors(layer, call, length);
            var projections = Inputs.Matrix(NaiveAttention.ToDouble(weights), layer.HeadDim);
            Run(layer.Program);

            // The program works in double; constants of its parameters are floats.
            Compare.Close(output, Numbers("output"), 1e-6);
            layer.GradientPrograms.ToList().ForEach(Run);
            Compare.Close(gradients.Query, Numbers("queryGradient"), 1e-6, size);
            Compare.Close(gradients.Key, Numbers("keyGradient"), 1e-6, size);
            Compare.Close(gradients.Value, Numbers("valueGradient"), 1e-6, size);
            var byDecay = Numbers("clockGradient");
            for (var t = length - 2; t >= 0; t--)
            {
                byDecay[t] += byDecay[t + 1];
            }

            Compare.Close(gradients.LogDecay, byDecay, 1e-6, size);

            void Run(TileProgram program) => TileInterpreter.Run(
                program, program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]), projections, _ => tile,
                layer.Hyperparameters);

            double[] Numbers(string name) => [.. tensors[name].Cast<double>()];
        }
    }

    private static Dictionary<string, double[,]> Tensors(Layer layer, FadingCall call, int length)
    {
        var clock = new double[length, 1];
        foreach (var (sum, t) in call.Clock(0, length).Select((sum, t) => (sum, t)))
        {
            clock[t, 0] = sum / Math.Log(2);
        }

        return new()
        {
            ["query"] = Inputs.Matrix(NaiveAttention.ToDouble(call.Query), layer.HeadDim),
            ["key"] = Inputs.Matrix(NaiveAttention.ToDouble(call.Key), layer.HeadDim),
            ["value"] = Inputs.Matrix(NaiveAttention.ToDouble(call.Value), layer.ValueDim),
            ["logDecay"] = new double[length, 1],
            ["clock"] = clock,
            ["clockRest"] = new double[length, 1],
            ["clockGradient"] = new double[length, 1],
            ["logDecayGradient"] = new double[length, 1],
            ["output"] = new double[length, layer.ValueDim],
            ["logSumExp"] = new double[length, 1],
            ["logSumExpRest"] = new double[length, 1],
            ["reciprocal"] = new double[length, 1],
            ["outputGradient"] = Inputs.Matrix(NaiveAttention.ToDouble(call.Upstream), layer.ValueDim),
            ["queryGradient"] = new double[length, layer.HeadDim],
            ["keyGradient"] = new double[length, layer.HeadDim],
            ["valueGradient"] = new double[length, layer.ValueDim],
        };
    }
}
