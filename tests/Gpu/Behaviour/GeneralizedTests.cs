using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// Any kernel function, normalised or not: GPU kernels stay within the bound that the tile interpreter derives, as CPU kernels do.
/// </summary>
public class GeneralizedTests
{
    public static TheoryData<Layer> Layers => [.. Layer.In("KernelGen.Tests.Behaviour.Generalized")];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_are_within_the_first_order_bound_of_the_tile_program(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var length in Sizes.Around)
        {
            foreach (var scale in Sizes.Scales.Where(scale => scale <= 1))
            {
                var inputs = new Inputs(layer, length, length, seed: 100 + length, scale);
                var (expected, _, bound) = inputs.Interpret(gpu.Weights, tileRows: 32);
                var actual = gpu.Forward(inputs);
                for (var i = 0; i < expected.Length; i++)
                {
                    Assert.True(
                        Math.Abs(actual[i] - expected[i]) <= bound[i],
                        $"length {length}, scale {scale}, element {i}: {actual[i]:G9} is not within {bound[i]:E2} of {expected[i]:G9}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Later_tokens_change_nothing(Layer layer)
    {
        if (layer.Causal)
        {
            CausalityTests.Check(layer, new Machine(processors: 2));
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Key_length_is_as_good_as_leaving_the_keys_out(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var keys in new[] { 0, 1, 31 })
        {
            var inputs = new Inputs(layer, 40, 40, seed: 2, scale: 0.5f);
            inputs.Key.AsSpan(keys * layer.HeadDim).Fill(float.NaN);
            inputs.Value.AsSpan(keys * layer.ValueDim).Fill(float.NaN);
            var (output, _) = gpu.Forward(inputs.Query, inputs.Key, inputs.Value, inputs.Shape, [keys]);
            var expected = NaiveAttention.Compute(
                layer, inputs.Query, inputs.Key.AsSpan(0, keys * layer.HeadDim),
                inputs.Value.AsSpan(0, keys * layer.ValueDim), gpu.Weights);
            Compare.Close(expected.Output, output, 1e-4);
        }
    }
}
