using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Decoding token by token computes what the causal forward pass computes, from wherever it starts.</summary>
public class DecodingTests
{
    private const int Length = 230;

    /// <summary>Every causal layer, normalised or not.</summary>
    public static TheoryData<Layer> Layers =>
        [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized")).Where(layer => layer.Causal)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Steps_after_any_prefix_compute_the_formula(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var scale in new[] { 0.3f, 1f, 2f })
        {
            var inputs = new Inputs(layer, Length, Length, seed: 31, scale);
            var expected = inputs.Naive(weights).Output;
            var forward = Array.ConvertAll(inputs.Forward(attention), x => (double)x);
            var tolerance = inputs.Tolerance(weights);
            foreach (var prefix in new[] { 0, 1, 47, 48, 49, 100 })
            {
                using var state = attention.CreateDecodingState();
                var output = Decode(state, inputs, prefix);
                Compare.Close(expected, output, tolerance);
                Compare.Close(forward, output, tolerance);
                Assert.Equal(Length, state.Position);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Adversarial_inputs_decode_as_they_are_computed_whole(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var (name, inputs) in AdversarialInputs.All(layer, weights, Length))
        {
            // The same numbers in another order: twice the tolerance, since both are off from the formula.
            var forward = Array.ConvertAll(inputs.Forward(attention), x => (double)x);
            foreach (var prefix in new[] { 0, 75 })
            {
                using var state = attention.CreateDecodingState();
                var output = Decode(state, inputs, prefix);
                Assert.All(output, x => Assert.True(float.IsFinite(x), name));
                Compare.Close(forward, output, 2 * inputs.Tolerance(weights));
            }
        }
    }

    internal static float[] Decode(DecodingState state, Inputs inputs, int prefix)
    {
        var (d, dv, length) = (inputs.Layer.HeadDim, inputs.Layer.ValueDim, inputs.Shape.QueryLength);
        var output = new float[length * dv];
        output.AsSpan().Fill(float.NaN);
        state.Prefill(
            inputs.Query.AsSpan(0, prefix * d), inputs.Key.AsSpan(0, prefix * d), inputs.Value.AsSpan(0, prefix * dv),
            output.AsSpan(0, prefix * dv), new AttentionShape(1, 1, prefix));
        for (var t = prefix; t < length; t++)
        {
            state.Step(
                inputs.Query.AsSpan(t * d, d), inputs.Key.AsSpan(t * d, d), inputs.Value.AsSpan(t * dv, dv), output.AsSpan(t * dv, dv));
        }

        return output;
    }
}
