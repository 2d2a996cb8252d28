using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// The state that a call hands out holds the sums over all keys: S = Σ φ(k)vᵀ and z = Σ φ(k), relative to the references c.
/// </summary>
public class StateTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void State_holds_the_sums_over_the_keys(Layer layer)
    {
        var (attention, weights) = layer.Create();
        var inputs = new Inputs(layer, 130, 130, seed: 6);
        foreach (var degree in new[] { 1, 3 })
        {
            attention.DegreeOfParallelism = degree;
            var context = new BackwardContext { KeepsState = true };
            inputs.Forward(attention, context);
            if (layer.Kernel is null)
            {
                Assert.True(context.State.IsEmpty);
                continue;
            }

            // A query of zeros has the same φ(q) for every feature, but for the constants that optimal features carry: its outputs are sums
            // over the state alone.
            var (m, dv) = (layer.Features, layer.ValueDim);
            var members = layer.IsFunction ? 1 : 2;
            Assert.Equal(m * (members + dv), context.State.Length);
            var state = Array.ConvertAll(context.State.ToArray(), x => (double)x);
            var scale = Enumerable.Range(0, m).Select(r => members == 2 ? Math.Pow(2, state[r] + Constant(r)) : 1).ToArray();
            var normaliser = Enumerable.Range(0, m).Sum(r => scale[r] * state[((members - 1) * m) + r]);
            var numerators = Enumerable.Range(0, dv)
                .Select(c => Enumerable.Range(0, m).Sum(r => scale[r] * state[(members * m) + (r * dv) + c]))
                .ToArray();
            var (expected, _) = NaiveAttention.Compute(
                layer, new float[130 * layer.HeadDim], inputs.Key, inputs.Value, weights);
            Compare.Close(expected[^dv..], numerators.Select(n => n / normaliser).ToArray(), inputs.Tolerance(weights));

            double Constant(int r) => layer.Hyperparameters.Length == 0
                ? 0
                : layer.Hyperparameters[1] * weights.Skip(r * layer.HeadDim).Take(layer.HeadDim).Sum(x => (double)x * x);
        }
    }

    [Fact]
    public void Causal_layers_keep_no_state_that_nobody_asked_for()
    {
        var inputs = new Inputs(Layer.Of<CausalSoftmax16>(), 6, 6, seed: 1);
        var attention = new CausalSoftmax16(1);
        var context = new BackwardContext();
        inputs.Forward(attention, context);
        Assert.True(context.State.IsEmpty);
        var keeping = new BackwardContext { KeepsState = true };
        inputs.Forward(attention, keeping);
        Assert.Equal(attention.StateLength, keeping.State.Length);
        Assert.Equal(
            BackwardContext.LengthFor(attention, inputs.Shape) + attention.StateLength,
            BackwardContext.LengthFor(attention, inputs.Shape, keepsState: true));
    }

}
