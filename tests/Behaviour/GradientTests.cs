using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// The chain of proof for gradients: the chain rule over every pair of tokens ⇄ the tile programs in double ⇄ the emitted kernels at the
/// width in force. <see cref="NaiveGradientTests"/> holds the first to differences of the formula.
/// </summary>
public class GradientTests
{
    /// <summary>Lengths around the tiles of the kernels (48 tokens; 192 of exact attention's outer loops) and strips (12 rows).</summary>
    private static IEnumerable<int> Lengths(Layer layer) =>
        layer.Kernel is null ? [0, 1, 17, 48, 49, 191, 193] : [0, 1, 12, 47, 48, 49, 97];

    public static TheoryData<Layer> Layers => [.. Layer.All().Concat(Layer.In("KernelGen.Tests.Behaviour.Generalized"))];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Tile_programs_compute_the_chain_rule(Layer layer)
    {
        var (_, weights) = layer.Create();
        foreach (var (length, tileRows) in new[] { (0, 4), (1, 4), (7, 3), (23, 5), (23, 48) })
        {
            var inputs = new GradientInputs(new Inputs(layer, length, length, seed: length, scale: 0.5f), seed: 1);
            Gradients.Close(
                inputs.Naive(weights), inputs.Interpret(weights, tileRows), inputs.Size, InterpreterTolerance(layer), $"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Tile_programs_compute_what_differences_give(Layer layer)
    {
        var (_, weights) = layer.Create();
        var random = new Random(2);
        var inputs = new GradientInputs(new Inputs(layer, 9, 9, seed: 3, scale: 0.5f), seed: 4);
        var gradients = inputs.Interpret(weights, tileRows: 4);
        double[][] tensors =
            [.. new[] { inputs.Inputs.Query, inputs.Inputs.Key, inputs.Inputs.Value }.Select(tensor => NaiveAttention.ToDouble(tensor))];
        foreach (var (which, gradient) in new[] { (0, gradients.Query), (1, gradients.Key), (2, gradients.Value) })
        {
            // Too short a step to meet a kink; differences lose 1e-16 / step of the loss.
            const double step = 1e-5;
            var direction = NaiveAttention.ToDouble(Inputs.Normal(random, tensors[which].Length, 1));
            var (one, half) = (Difference(step), Difference(step / 2));
            var size = Math.Sqrt(gradient.Zip(direction, (a, b) => a * b * a * b).Sum());
            var error = Math.Abs((((4 * half) - one) / 3) - NaiveAttention.Dot(gradient, direction));
            Assert.True(error <= (1e-6 * size) + (1e-10 * Math.Abs(Loss(0))), $"By {"qkv"[which]}: off by {error / size:E2}");

            double Difference(double h) => (Loss(h) - Loss(-h)) / (2 * h);

            double Loss(double h)
            {
                double[][] moved = [.. tensors];
                moved[which] = [.. tensors[which].Zip(direction, (x, u) => x + (h * u))];
                return inputs.InterpretLoss(moved[0], moved[1], moved[2], weights, tileRows: 4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_compute_the_chain_rule(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var (length, i) in Lengths(layer).Select((length, i) => (length, i)))
        {
            // Trigonometric weights can cancel: at larger scales their sum comes near 0, and nothing computes a gradient there.
            var scale = i % 2 == 0 && layer.Kernel != nameof(KernelFunction.SoftmaxTrigonometric) ? 1 : 0.3f;
            var inputs = new GradientInputs(new Inputs(layer, length, length, seed: 100 + length, scale), seed: 5);
            Gradients.Close(inputs.Naive(weights), inputs.Kernel(attention), inputs, weights, $"length {length}, scale {scale}");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_compute_cross_attention(Layer layer)
    {
        if (layer.Causal)
        {
            return;
        }

        var (attention, weights) = layer.Create();
        foreach (var (queries, keys) in new[] { (1, 100), (100, 1), (50, 19), (0, 5), (130, 97), (3, 0) })
        {
            var inputs = new GradientInputs(new Inputs(layer, queries, keys, seed: queries, scale: 0.5f), seed: 6);
            Gradients.Close(inputs.Naive(weights), inputs.Kernel(attention), inputs, weights, $"{queries} queries, {keys} keys");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Any_degree_of_parallelism_computes_the_chain_rule(Layer layer)
    {
        var (attention, weights) = layer.Create();
        var inputs = new GradientInputs(new Inputs(layer, 230, 230, seed: 3, scale: 0.4f), seed: 7);
        var expected = inputs.Naive(weights);
        foreach (var degree in new[] { 1, 2, 5 })
        {
            attention.DegreeOfParallelism = degree;
            var actual = inputs.Kernel(attention);
            Gradients.Close(expected, actual, inputs, weights, $"{degree} threads");
            var again = inputs.Kernel(attention);
            Compare.Same(actual.Query, again.Query);
            Compare.Same(actual.Key, again.Key);
            Compare.Same(actual.Value, again.Value);
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Adversarial_inputs_give_the_chain_rule(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var (name, inputs) in AdversarialInputs.All(layer, weights, 131))
        {
            var gradients = new GradientInputs(inputs, seed: 8);
            var actual = gradients.Kernel(attention);
            foreach (var gradient in new[] { actual.Query, actual.Key, actual.Value })
            {
                Assert.True(gradient.All(float.IsFinite), name);
            }

            // Where float32 determines the output, it does the gradients. Keys along one projection are orthogonal to others: they lie on
            // the kinks of kernel functions, where rounding decides which slope counts.
            var isOnKink = layer.IsFunction && name == "keys along the projections";
            if (inputs.Tolerance(weights) < 0.01 && !isOnKink)
            {
                Gradients.Close(gradients.Naive(weights), actual, gradients, weights, name);
            }
        }
    }

    [Theory]
    [ClassData(typeof(Layer.Everyone))]
    public void Large_keys_cost_no_accuracy(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var factor in new[] { 3f, 30f })
        {
            var inputs = new GradientInputs(new Inputs(layer, 100, 100, seed: 12).Scale(0, 100, _ => factor), seed: 13);
            Gradients.Close(inputs.Naive(weights), inputs.Kernel(attention).ToDouble(), inputs.Size, 1e-4, $"keys × {factor}");
        }
    }

    /// <summary>Exact attention at scores of millions: weights sum to 1, so the gradients of the values sum to the upstream ones.</summary>
    [Theory]
    [MemberData(nameof(ExactLayers))]
    public void Weights_of_large_scores_sum_to_one(Layer layer)
    {
        var (attention, _) = layer.Create();
        foreach (var scale in new[] { 1f, 10f, 100f, 1000f })
        {
            foreach (var (queries, keys) in new[] { (40, 40), (200, 200), (40, 7), (7, 300) })
            {
                if (layer.Causal && queries != keys)
                {
                    continue;
                }

                var inputs = new GradientInputs(new Inputs(layer, queries, keys, seed: 1, scale), seed: 2);
                inputs.Upstream.AsSpan().Fill(1);
                var sum = inputs.Kernel(attention).Value.Where((_, i) => i % layer.ValueDim == 0).Sum(x => (double)x);

                // Before rests of log-sum-exps were kept, and scores computed with the same bits in both passes: 1.0004 at scale 100, 1.03
                // at 1000.
                Assert.InRange(sum / queries, 1 - 4e-5, 1 + 4e-5);
            }
        }
    }

    public static TheoryData<Layer> ExactLayers => [.. Layer.All().Where(layer => layer.Kernel is null)];

    /// <summary>
    /// Without a normaliser outputs may be of any size, and gradients count beside the largest of them, however small that is.
    /// </summary>
    [Theory]
    [MemberData(nameof(UnnormalisedExponentials))]
    public void Tiny_outputs_have_gradients(Layer layer)
    {
        var (attention, weights) = layer.Create();
        foreach (var scale in new[] { 1f, 3f, 6f, 8f })
        {
            var inputs = new GradientInputs(new Inputs(layer, 60, 60, seed: 3, scale), seed: 4);
            var expected = inputs.Naive(weights);
            if (new[] { expected.Query, expected.Key, expected.Value }.Any(gradient => gradient.Max(Math.Abs) is < 1e-33 or > 1e33))
            {
                continue; // too near the ends of float32
            }

            // Relative to the gradients themselves: what they are measured against elsewhere, upstream times values, is 1e31 times as
            // large.
            Gradients.Close(expected, inputs.Kernel(attention).ToDouble(), 0, 4 * inputs.Inputs.Tolerance(weights), $"scale {scale}");
        }
    }

    public static TheoryData<Layer> UnnormalisedExponentials =>
        [.. Layer.In("KernelGen.Tests.Behaviour.Generalized")
            .Where(layer => !layer.Normalize && !layer.IsFunction && layer.Kernel != nameof(KernelFunction.SoftmaxTrigonometric))];

    [Fact]
    public void Exponentials_that_overflow_give_the_chain_rule()
    {
        var layer = Layer.Of<Generalized.OwnQuickGelu>();
        var (attention, weights) = layer.Create();
        var inputs = GradientInputs.AlongAProjection(layer, weights, [.. Enumerable.Range(0, 60).Select(i => -50.5 - (i / 25.0))]);
        Gradients.Close(inputs.Naive(weights), inputs.Kernel(attention), inputs, weights, "projections around −52");
    }

    private static double InterpreterTolerance(Layer layer)
    {
        // Both are double, but hyperparameters and GELU's √½ are float32, and so is what a method of the user's computes.
        var rounded = layer.Hyperparameters.Length > 0 || layer.Kernel == nameof(KernelFunction.Gelu);
        return layer.IsMethod ? 1e-5 : rounded ? 1e-6 : 1e-10;
    }
}
