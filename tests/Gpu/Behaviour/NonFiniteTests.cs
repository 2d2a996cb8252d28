using KernelGen.Generator.Expressions;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Behaviour.Generalized;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>NaN and infinity: nothing crashes, and no output that attends to one is an ordinary number.</summary>
public class NonFiniteTests
{
    /// <summary>In the second tile or a later one, with more after it.</summary>
    private const int Token = 36;

    private static readonly float[] Bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    /// <summary>All but those whose kernel function asks for NaN itself.</summary>
    public static TheoryData<Layer> Layers =>
        [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized"))
            .Where(layer => layer.Function?.Body.AsksForNaN() != true)];

    [Theory]
    [MemberData(nameof(Layers))]
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
    [MemberData(nameof(Layers))]
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
    [MemberData(nameof(Layers))]
    public void Key_or_query_spoils_every_gradient_that_it_counts_in(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var bad in Bad)
        {
            var inputs = new GradientInputs(new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4), seed: 5);
            inputs.Inputs.Key[Token * d] = bad;
            var gradients = gpu.Backward(inputs);
            Spoiled(gradients.Key.AsSpan(Token * d, d));
            Spoiled(gradients.Value.AsSpan(Token * dv, dv));
            Spoiled(gradients.Query.AsSpan((layer.Causal ? Token : 0) * d));

            inputs = new GradientInputs(new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4), seed: 5);
            inputs.Inputs.Query[Token * d] = bad;
            gradients = gpu.Backward(inputs);
            Spoiled(gradients.Query.AsSpan(Token * d, d));
            Spoiled(gradients.Key.AsSpan(0, (layer.Causal ? Token + 1 : Sizes.Long) * d));
            Spoiled(gradients.Value.AsSpan(0, (layer.Causal ? Token + 1 : Sizes.Long) * dv));
        }

        static void Spoiled(ReadOnlySpan<float> gradient) => Assert.DoesNotContain(gradient.ToArray(), float.IsFinite);
    }

    /// <summary>Calls of one stream share its memory, each for its own: what one leaves there is nothing to the next.</summary>
    [Theory]
    [MemberData(nameof(Layers))]
    public void Call_leaves_nothing_behind(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var expected = Both(Clean(Sizes.Long));
        foreach (var length in new[] { Sizes.Long + 22, Sizes.Long, 9 })
        {
            var bad = Clean(length);
            foreach (var tensor in new[] { bad.Inputs.Query, bad.Inputs.Key, bad.Inputs.Value, bad.Upstream })
            {
                tensor.AsSpan().Fill(float.NaN);
            }

            gpu.Forward(bad.Inputs);
            Same(expected, Both(Clean(Sizes.Long)));
            gpu.Backward(bad);
            Same(expected, Both(Clean(Sizes.Long)));
        }

        GradientInputs Clean(int length) => new(new Inputs(layer, length, length, seed: 4), seed: 5);

        (float[] Output, Gradients<float> Gradients) Both(GradientInputs inputs) => (gpu.Forward(inputs.Inputs), gpu.Backward(inputs));

        static void Same((float[] Output, Gradients<float> Gradients) before, (float[] Output, Gradients<float> Gradients) after)
        {
            Compare.Same(before.Output, after.Output);
            Compare.Same(before.Gradients.Query, after.Gradients.Query);
            Compare.Same(before.Gradients.Key, after.Gradients.Key);
            Compare.Same(before.Gradients.Value, after.Gradients.Value);
        }
    }

    /// <summary>Its value for NaN is 0, as for 0, and so is its slope.</summary>
    [Fact]
    public void Function_that_asks_for_NaN_says_what_becomes_of_it()
    {
        var layer = Layer.Of<CausalOwnForgiving>();
        using var gpu = new GpuLayer(layer);
        var (zero, bad) = (New(), New());
        foreach (var tensor in new Func<Inputs, float[]>[] { inputs => inputs.Key, inputs => inputs.Query })
        {
            tensor(zero.Inputs).AsSpan(Token * layer.HeadDim, layer.HeadDim).Clear();
            tensor(bad.Inputs)[Token * layer.HeadDim] = float.NaN;
        }

        Compare.Same(gpu.Forward(zero.Inputs), gpu.Forward(bad.Inputs));
        var (expected, gradients) = (gpu.Backward(zero), gpu.Backward(bad));
        Compare.Same(expected.Query, gradients.Query);
        Compare.Same(expected.Key, gradients.Key);
        Compare.Same(expected.Value, gradients.Value);

        GradientInputs New() => new(new Inputs(layer, Sizes.Long, Sizes.Long, seed: 4), seed: 5);
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
