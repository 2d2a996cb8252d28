using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Calls of a few tokens take another way through the kernels: queries and keys pass W together, and the state is not made. The lengths
/// here end on both sides of where that begins, and a call with a result, which keeps the state, never goes that way.
/// </summary>
public class ShortCallTests
{
    private const int Longest = 8;

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Every_length_computes_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        for (var length = 0; length <= Longest; length++)
        {
            foreach (var scale in new[] { 0.3f, 2f })
            {
                var inputs = new Inputs(layer, length, length, seed: length, scale);
                var output = inputs.Forward(attention);
                Compare.Close(inputs.Naive(weights).Output, output, inputs.Tolerance(weights));
                Compare.Close(
                    [.. inputs.Forward(attention, new BackwardContext()).Select(x => (double)x)], output,
                    inputs.Tolerance(weights));
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Every_number_of_queries_and_keys_computes_the_formula(Layer layer)
    {
        if (layer.Causal)
        {
            return;
        }

        var (attention, weights) = layer.Create();
        for (var queries = 0; queries <= Longest; queries++)
        {
            for (var keys = 0; keys <= Longest; keys++)
            {
                var inputs = new Inputs(layer, queries, keys, seed: queries);
                Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), inputs.Tolerance(weights));
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Adversarial_inputs_give_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var length in new[] { 1, 2, 5, 6, 7 })
        {
            foreach (var (name, inputs) in AdversarialInputs.All(layer, weights, length))
            {
                var output = inputs.Forward(attention);
                Assert.True(output.All(float.IsFinite), name);
                var tolerance = inputs.Tolerance(weights);
                if (tolerance < 0.3)
                {
                    // As for long sequences: see StabilityTests.
                    Compare.Close(inputs.Naive(weights).Output, output, tolerance + Math.Exp(-15));
                }
            }
        }
    }

    /// <summary>What an earlier call left in scratch memory and states, here NaN, is not read.</summary>
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Nothing_is_left_of_an_earlier_call(Layer layer)
    {
        var (attention, _) = layer.Create();
        var nan = new Inputs(layer, 60, 60, seed: 1).Fill((_, _, _) => float.NaN).FillValues((_, _, _) => float.NaN);
        for (var length = 1; length <= Longest; length++)
        {
            var inputs = new Inputs(layer, length, length, seed: length);
            var first = inputs.Forward(layer.Create().Attention);
            _ = nan.Forward(attention);
            Compare.Same(first, inputs.Forward(attention));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Keys_past_their_length_are_not_read(Layer layer)
    {
        var (attention, _) = layer.Create();
        for (var length = 1; length <= Longest; length++)
        {
            var inputs = new Inputs(layer, length, length, seed: length);
            for (var keys = 0; keys <= length; keys++)
            {
                Compare.Same(Tail(attention, inputs, keys, 0), Tail(attention, inputs, keys, float.NaN));
            }
        }

        static float[] Tail(IAttention attention, Inputs inputs, int keys, float by)
        {
            var (key, value) = ((float[])inputs.Key.Clone(), (float[])inputs.Value.Clone());
            key.AsSpan(keys * inputs.Layer.HeadDim).Fill(by);
            value.AsSpan(keys * inputs.Layer.ValueDim).Fill(by);
            var output = new float[inputs.Shape.QueryLength * inputs.Layer.ValueDim];
            attention.Forward(inputs.Query, key, value, output, inputs.Shape, new() { KeyLengths = [keys] });
            return output;
        }
    }
}
