using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>No overflow, no 0/0, no ε: adversarial inputs give finite outputs that are those of the formula.</summary>
public class StabilityTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Adversarial_inputs_give_the_formula(Layer layer)
    {
        var (_, weights) = layer.Create();
        using var gpu = new GpuLayer(layer);
        foreach (var (name, inputs) in AdversarialInputs.All(layer, weights, Sizes.Long))
        {
            var output = gpu.Forward(inputs);
            Assert.True(output.All(float.IsFinite), name);

            // Why 0.3 and e^-15: see the test of the same name of the CPU kernels.
            var tolerance = inputs.Tolerance(weights);
            if (tolerance < 0.3)
            {
                Compare.Close(inputs.Naive(weights).Output, output, tolerance + Math.Exp(-15));
            }

            var largest = inputs.Value.Max(MathF.Abs);
            Assert.True(output.All(x => MathF.Abs(x) <= largest * 1.001f), name);
        }
    }
}
