using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>No overflow, no 0/0, no ε: adversarial inputs give finite outputs that are those of the formula.</summary>
public class StabilityTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Adversarial_inputs_give_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var (name, inputs) in AdversarialInputs.All(layer, weights, 131))
        {
            var output = inputs.Forward(attention);
            Assert.True(output.All(float.IsFinite), name);
            var expected = inputs.Naive(weights).Output;

            // Beyond 0.3 the arguments are so large that float32 does not determine the output: only that it is finite, and an average of
            // values.
            var tolerance = inputs.Tolerance(weights);
            if (tolerance < 0.3)
            {
                // A query that only sees keys far below the reference (e^20) has lost what was flushed at e^-35: up to e^-15 of its weight.
                Compare.Close(expected, output, tolerance + Math.Exp(-15));
            }

            var largest = inputs.Value.Max(MathF.Abs);
            Assert.True(output.All(x => MathF.Abs(x) <= largest * 1.001f), name);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Large_keys_cost_no_accuracy(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var factor in new[] { 3f, 30f })
        {
            // One rounding of ‖k̂‖²/2, which is up to 5,000 powers of two, would be 1.7e-4 of a weight.
            var inputs = new Inputs(layer, 100, 100, seed: 12).Scale(0, 100, _ => factor);
            Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), 3e-5);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Large_queries_that_see_no_key_give_zeros(Layer layer)
    {
        var (attention, _) = layer.Create();
        var inputs = new Inputs(layer, 60, 60, seed: 4, layer.IsFunction ? 1 : 1000);
        var context = new BackwardContext();
        var output = new float[60 * layer.ValueDim];
        attention.Forward(inputs.Query, inputs.Key, inputs.Value, output, inputs.Shape,
            new() { Context = context, KeyLengths = [0] });
        Assert.All(output, x => Assert.Equal(0, x));
        Assert.All(context.LogSumExp.ToArray(), x => Assert.Equal(float.NegativeInfinity, x));
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Tile_program_computes_the_formula_on_adversarial_inputs(Layer layer)
    {
        var (_, weights) = layer.Create();
        foreach (var (_, inputs) in AdversarialInputs.All(layer, weights, 75))
        {
            // In double the arguments are exact enough everywhere; flushing costs up to e^-15, see above.
            Compare.Close(inputs.Naive(weights).Output, inputs.Interpret(weights, 16).Output, 1e-6);
        }
    }

    public static TheoryData<Layer> SmallLayers =>
        [Layer.Of<CausalSoftmax8>(), Layer.Of<Softmax8>(), Layer.Of<OddCausalHyperbolic>(), Layer.Of<Exact8>(), Layer.Of<CausalExact8>()];

    /// <summary>
    /// Past the first group of 3,072 tokens sums have rests and open groups, which follow a reference that rises too: forward, backward and
    /// in steps.
    /// </summary>
    [Theory]
    [MemberData(nameof(SmallLayers))]
    public void References_rise_while_groups_are_open(Layer layer)
    {
        const int length = 3_300;
        var (attention, weights) = layer.Create();
        foreach (var (name, factor) in new (string, Func<int, float>)[]
        {
            ("rising", t => 0.2f + (3f * t / length)),
            ("falling", t => 3f - (2.8f * t / length)),
            ("a jump within the second group", t => t < 3_200 ? 0.3f : 4),
        })
        {
            var inputs = new Inputs(layer, length, length, seed: 21, scale: 0.7f).Scale(0, length, factor);
            var output = inputs.Forward(attention);
            Compare.Close(inputs.Naive(weights).Output, output, inputs.Tolerance(weights));
            var gradients = new GradientInputs(inputs, seed: 22);
            Gradients.Close(gradients.Naive(weights), gradients.Kernel(attention), gradients, weights, name);
            if (layer.Causal)
            {
                using var state = attention.CreateDecodingState();
                Compare.Close(NaiveAttention.ToDouble(output), DecodingTests.Decode(state, inputs, prefix: 100), inputs.Tolerance(weights));
            }
        }
    }

    [Fact]
    public void Constant_values_come_out_unchanged()
    {
        foreach (var layer in Layer.All())
        {
            var (attention, _) = layer.Create();
            var inputs = new Inputs(layer, 120, 120, seed: 2, scale: 2);
            inputs.Value.AsSpan().Fill(3);

            // Weights sum to 1; the sum of 120 and of m products is rounded in float32.
            Assert.All(inputs.Forward(attention), x => Assert.InRange(x, 3 * (1 - 2e-5f), 3 * (1 + 2e-5f)));
        }
    }
}
