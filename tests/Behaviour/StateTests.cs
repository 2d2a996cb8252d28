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
            var result = new AttentionResult(attention, inputs.Shape);
            inputs.Forward(attention, result);
            if (layer.Kernel is null)
            {
                Assert.True(result.State.IsEmpty);
                continue;
            }

            // A query of zeros has the same φ(q) for every feature, but for the constants that optimal features carry: its outputs are sums
            // over the state alone.
            var (m, dv) = (layer.Features, layer.ValueDim);
            var members = layer.IsFunction ? 1 : 2;
            Assert.Equal(m * (members + dv), result.State.Length);
            var state = Array.ConvertAll(result.State.ToArray(), x => (double)x);
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
    public void Result_of_another_shape_is_refused()
    {
        var attention = new Softmax16(1);
        var result = new AttentionResult(attention, new AttentionShape(1, 1, 5));
        var inputs = new Inputs(Layer.Of<Softmax16>(), 6, 6, seed: 1);
        var error = Assert.Throws<ArgumentException>(() => inputs.Forward(attention, result));
        Assert.Contains("5", error.Message, StringComparison.Ordinal);
        Assert.Contains("6", error.Message, StringComparison.Ordinal);
    }

}
