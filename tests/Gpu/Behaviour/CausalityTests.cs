using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>Nothing earlier changes by a bit when later tokens do.</summary>
public class CausalityTests
{
    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Later_tokens_change_nothing(Layer layer) => Check(layer, new Machine(processors: 2));

    [Theory]
    [ClassData(typeof(Layer.CausalOnes))]
    public void Nor_do_huge_ones(Layer layer) => Check(layer, new Machine(processors: 2), 1000);

    /// <param name="layer">A causal layer.</param>
    /// <param name="machine">What it runs on; disposed of.</param>
    /// <param name="factor">What later numbers are multiplied by.</param>
    internal static void Check(Layer layer, Machine machine, float factor = -3)
    {
        using var gpu = new GpuLayer(layer, machine);
        var length = Sizes.Long;
        foreach (var from in new[] { 1, 31, 32, 39 })
        {
            var inputs = new Inputs(layer, length, length, seed: 1);
            var before = gpu.Forward(inputs);
            foreach (var tensor in new[] { inputs.Query, inputs.Key, inputs.Value })
            {
                foreach (ref var x in tensor.AsSpan(from * (tensor.Length / length)))
                {
                    x = (factor * x) + 0.5f;
                }
            }

            var after = gpu.Forward(inputs);
            Compare.Same(before.AsSpan(0, from * layer.ValueDim), after.AsSpan(0, from * layer.ValueDim));
            Assert.False(before.AsSpan(from * layer.ValueDim).SequenceEqual(after.AsSpan(from * layer.ValueDim)));
        }
    }
}
