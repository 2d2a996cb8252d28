using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Behaviour.Generalized;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>GPU kernels compute the gradients of the formula, as CPU kernels do: see the tests of the same name of these.</summary>
public class GradientTests
{
    public static TheoryData<Layer> Layers => [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized"))];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_compute_the_chain_rule_as_the_CPU_does(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var (length, i) in Sizes.Gradients.Select((length, i) => (length, i)))
        {
            // Trigonometric weights can cancel: at larger scales their sum comes near 0, and nothing computes a gradient there.
            var scale = i % 2 == 0 && layer.Kernel != nameof(KernelFunction.SoftmaxTrigonometric) ? 1 : 0.3f;
            var inputs = new GradientInputs(new Inputs(layer, length, length, seed: 100 + length, scale), seed: 5);
            var actual = gpu.Backward(inputs);
            Gradients.Close(inputs.Naive(gpu.Weights), actual, inputs, gpu.Weights, $"length {length}, scale {scale}");
            Gradients.Close(
                inputs.Kernel(gpu.Attention).ToDouble(), actual, inputs, gpu.Weights, $"against the CPU, length {length}, scale {scale}");
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
        foreach (var (queries, keys) in new[] { (1, 40), (40, 1), (0, 5), (3, 0) })
        {
            var inputs = new GradientInputs(new Inputs(layer, queries, keys, seed: queries, scale: 0.5f), seed: 6);
            Gradients.Close(inputs.Naive(gpu.Weights), gpu.Backward(inputs), inputs, gpu.Weights, $"{queries} queries, {keys} keys");
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Several_spans_compute_the_chain_rule_too(Layer layer)
    {
        // Of one head, a span each tile.
        using var gpu = new GpuLayer(layer, processors: 3);
        var inputs = new GradientInputs(new Inputs(layer, Sizes.Long, Sizes.Long, seed: 3, scale: 0.4f), seed: 7);
        var first = gpu.Backward(inputs);
        Gradients.Close(inputs.Naive(gpu.Weights), first, inputs, gpu.Weights, "several spans");
        var of = inputs.Inputs;
        var again = gpu.Backward(of.Query, of.Key, of.Value, inputs.Upstream, of.Shape, []);
        Compare.Same(first.Query, again.Query);
        Compare.Same(first.Key, again.Key);
        Compare.Same(first.Value, again.Value);
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Adversarial_inputs_give_the_chain_rule(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        foreach (var (name, inputs) in AdversarialInputs.All(layer, gpu.Weights, Sizes.Gradients.Max()))
        {
            var gradients = new GradientInputs(inputs, seed: 8);
            var actual = gpu.Backward(gradients);
            foreach (var gradient in new[] { actual.Query, actual.Key, actual.Value })
            {
                Assert.True(gradient.All(float.IsFinite), name);
            }

            // As on the CPU: what float32 determines, and no kinks.
            var isOnKink = layer.IsFunction && name == "keys along the projections";
            if (inputs.Tolerance(gpu.Weights) < 0.01 && !isOnKink)
            {
                Gradients.Close(gradients.Naive(gpu.Weights), actual, gradients, gpu.Weights, name);
            }
        }
    }

    [Fact]
    public void Exponentials_that_overflow_give_the_chain_rule()
    {
        var layer = Layer.Of<OwnQuickGelu>();
        using var gpu = new GpuLayer(layer);
        var inputs = GradientInputs.AlongAProjection(layer, gpu.Weights, [.. Enumerable.Range(0, 60).Select(i => -50.5 - (i / 25.0))]);
        Gradients.Close(inputs.Naive(gpu.Weights), gpu.Backward(inputs), inputs, gpu.Weights, "projections around −52");
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Each_head_is_what_it_would_be_alone_and_adds_where_it_is_told_to(Layer layer)
    {
        const int Batch = 2, Heads = 2, Length = 21;
        int[] keyLengths = [17, 0];
        using var gpu = new GpuLayer(layer);
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        foreach (var layout in Enum.GetValues<TensorLayout>())
        {
            var (adds, random) = (layout == TensorLayout.BatchLengthHeadDim, new Random(5));
            var shape = new AttentionShape(Batch, Heads, Length, layout);
            var rows = Batch * Heads * Length;
            var (query, key) = (Inputs.Normal(random, rows * d, 0.5f), Inputs.Normal(random, rows * d, 0.5f));
            var (value, upstream) = (Inputs.Normal(random, rows * dv, 1), Inputs.Normal(random, rows * dv, 1));
            var before = new Gradients<float>(
                Inputs.Normal(random, rows * d, 1), Inputs.Normal(random, rows * d, 1), Inputs.Normal(random, rows * dv, 1));

            // What must not be read is NaN.
            for (var b = 0; b < Batch; b++)
            {
                for (var h = 0; h < Heads; h++)
                {
                    for (var t = keyLengths[b]; t < Length; t++)
                    {
                        key.AsSpan(Row(b, h, t) * d, d).Fill(float.NaN);
                        value.AsSpan(Row(b, h, t) * dv, dv).Fill(float.NaN);
                    }
                }
            }

            var actual = gpu.Backward(query, key, value, upstream, shape, keyLengths, adds ? before : null);
            for (var b = 0; b < Batch; b++)
            {
                for (var h = 0; h < Heads; h++)
                {
                    var (byQuery, byKey, byValue) = NaiveGradient.Compute(
                        layer, Head(query, d), Head(key, d), Head(value, dv), Head(upstream, dv), gpu.Weights, keyLengths[b]);
                    Gradients.Close(
                        new Gradients<double>(Plus(byQuery, before.Query, d), Plus(byKey, before.Key, d), Plus(byValue, before.Value, dv)),
                        new Gradients<float>(Head(actual.Query, d), Head(actual.Key, d), Head(actual.Value, dv)).ToDouble(),
                        size: 1, tolerance: 1e-4, $"{layout}, sequence {b}, head {h}");

                    float[] Head(float[] tensor, int dim) =>
                        [.. Enumerable.Range(0, Length).SelectMany(t => tensor.AsSpan(Row(b, h, t) * dim, dim).ToArray())];

                    double[] Plus(double[] expected, float[] added, int dim) =>
                        adds ? [.. expected.Zip(Head(added, dim), (x, y) => x + y)] : expected;
                }
            }

            int Row(int b, int h, int t) =>
                layout == TensorLayout.BatchHeadLengthDim ? (((b * Heads) + h) * Length) + t : (((b * Length) + t) * Heads) + h;
        }
    }
}
