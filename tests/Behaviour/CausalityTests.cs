using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>An output of causal attention does not depend on any later finite token, to the bit.</summary>
public class CausalityTests
{
    private const int Length = 230;

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Later_tokens_change_nothing(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var degree in new[] { 1, 3 })
        {
            attention.DegreeOfParallelism = degree;
            foreach (var (_, inputs) in AdversarialInputs.All(layer, weights, Length))
            {
                var before = inputs.Forward(attention);
                foreach (var from in new[] { 1, 13, 48, 49, 95, 192, 229 })
                {
                    foreach (var factor in new[] { 0f, -3f, 1000f })
                    {
                        var changed = ChangeFrom(inputs, from, factor);
                        var after = changed.Forward(attention);
                        Compare.Same(before.AsSpan(0, from * layer.ValueDim), after.AsSpan(0, from * layer.ValueDim));
                    }
                }
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Own_token_matters(Layer layer)
    {
        var (attention, _) = layer.Create();
        var inputs = new Inputs(layer, Length, Length, seed: 1);
        var before = inputs.Forward(attention);
        var after = ChangeFrom(inputs, 48, -3).Forward(attention);
        Assert.False(before.AsSpan(48 * layer.ValueDim, layer.ValueDim).SequenceEqual(after.AsSpan(48 * layer.ValueDim, layer.ValueDim)));
    }

    private static Inputs ChangeFrom(Inputs inputs, int from, float factor)
    {
        var changed = new Inputs(inputs.Layer, Length, Length, seed: 1);
        inputs.Query.CopyTo(changed.Query, 0);
        inputs.Key.CopyTo(changed.Key, 0);
        inputs.Value.CopyTo(changed.Value, 0);
        foreach (var tensor in new[] { changed.Query, changed.Key, changed.Value })
        {
            foreach (ref var x in tensor.AsSpan(from * (tensor.Length / Length)))
            {
                x = (x * factor) + 0.5f;
            }
        }

        return changed;
    }
}
