using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>GPU kernels compute the formula, within the tolerance of the CPU kernels, and so what the CPU kernels compute.</summary>
public class FormulaTests
{
    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Kernels_compute_the_formula_as_the_CPU_does(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var length in Sizes.Around)
        {
            foreach (var scale in Sizes.Scales)
            {
                var inputs = new Inputs(layer, length, length, seed: 100 + length, scale);
                var result = new BackwardContext();
                var cpu = inputs.Forward(gpu.Attention, result);
                var (output, logSumExp) = gpu.ForwardWithLogSumExp(inputs);
                var (expected, expectedLog) = inputs.Naive(gpu.Weights);
                var tolerance = inputs.Tolerance(gpu.Weights);
                Compare.Close(expected, output, tolerance);

                // What users are promised, whatever the formula.
                Compare.Close(Array.ConvertAll(cpu, x => (double)x), output, 1e-4);
                for (var i = 0; i < length; i++)
                {
                    // A logarithm near 0 has the absolute error of the weights' relative one.
                    var logTolerance = tolerance + (1e-6 * Math.Abs(expectedLog[i]));
                    Assert.Equal(expectedLog[i], logSumExp[i], logTolerance);
                    Assert.Equal(result.LogSumExp[i], logSumExp[i], 2 * logTolerance);
                }
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Kernels_compute_cross_attention(Layer layer)
    {
        if (layer.Causal)
        {
            return;
        }

        using var gpu = new GpuLayer(layer);
        foreach (var (queries, keys) in new[] { (1, Sizes.Long), (Sizes.Long, 1), (50, 19), (0, 5), (3, 0) })
        {
            var inputs = new Inputs(layer, queries, keys, seed: queries);
            Compare.Close(inputs.Naive(gpu.Weights).Output, gpu.Forward(inputs), inputs.Tolerance(gpu.Weights));
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Arrays_and_views_give_the_same_bits_each_time(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var inputs = new Inputs(layer, 35, 35, seed: 3);
        var first = gpu.Forward(inputs);
        Compare.Same(first, gpu.ForwardWithLogSumExp(inputs).Output);
        Compare.Same(first, gpu.Forward(inputs));
    }
}
