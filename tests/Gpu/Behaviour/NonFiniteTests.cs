using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>NaN and infinity: nothing crashes, and no output that attends to one is an ordinary number.</summary>
public class NonFiniteTests
{
    /// <summary>In the second tile or a later one, with more after it.</summary>
    private const int Token = 36;

    private static readonly float[] Bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Key_or_value_spoils_every_output_that_sees_it(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var bad in Bad)
        {
            var column = float.IsNaN(bad) ? 0 : layer.HeadDim - 1;
            var inputs = new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4);
            inputs.Key[(Token * layer.HeadDim) + column] = bad;
            var output = gpu.Forward(inputs).AsSpan(layer.Causal ? Token * layer.ValueDim : 0).ToArray();
            Assert.DoesNotContain(output, float.IsFinite);

            column = float.IsNaN(bad) ? 0 : layer.ValueDim - 1;
            inputs = new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4);
            inputs.Value[(Token * layer.ValueDim) + column] = bad;
            output = gpu.Forward(inputs);
            for (var i = layer.Causal ? Token : 0; i < Sizes.Long; i++)
            {
                Assert.False(float.IsFinite(output[(i * layer.ValueDim) + column]), $"query {i}");
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Query_spoils_its_own_output_only(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var inputs = new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4);
        var before = gpu.Forward(inputs);
        var dv = layer.ValueDim;
        foreach (var bad in Bad)
        {
            inputs.Query[Token * layer.HeadDim] = bad;
            var after = gpu.Forward(inputs);
            Assert.DoesNotContain(after.AsSpan(Token * dv, dv).ToArray(), float.IsFinite);
            Compare.Same(before.AsSpan(0, Token * dv), after.AsSpan(0, Token * dv));
            Compare.Same(before.AsSpan((Token + 1) * dv), after.AsSpan((Token + 1) * dv));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Earlier_tiles_do_not_see_a_later_NaN(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var inputs = new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4);
        var before = gpu.Forward(inputs);
        inputs.Key[Token * layer.HeadDim] = float.NaN;
        inputs.Value[Token * layer.ValueDim] = float.NaN;

        // Within the tile of the NaN an earlier row may turn NaN (0 · NaN); the tiles before it do not. No tile has more than 32 tokens.
        Compare.Same(before.AsSpan(0, 32 * layer.ValueDim), gpu.Forward(inputs).AsSpan(0, 32 * layer.ValueDim));
    }
}
