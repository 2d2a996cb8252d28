using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>
/// What layers are handed beside queries, keys and values: outputs and gradients, modules that hold it, and what is refused.
/// </summary>
public sealed class OtherTensorTests
{
    // As in GradientTests.
    private const double OutputTolerance = 1e-5, GradientTolerance = 5e-5;

    [Theory]
    [InlineData(TensorLayout.BatchHeadLengthDim)]
    [InlineData(TensorLayout.BatchLengthHeadDim)]
    public void Mixtures_and_their_gradients_are_those_of_torch(TensorLayout layout)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var layer = new Mixtures();
        Tensor[] exact =
        [
            Draw(3, 2, 21, 8), Draw(3, 2, 33, 8), Draw(3, 2, 33, 6), Draw(40, 5), Draw(40, 5),
        ];
        Tensor[] given =
        [
            .. exact.Take(3).Select(one => ToLayout(one.detach(), layout)), exact[3].detach(), exact[4].detach(),
        ];
        given = [.. given.Select(one => one.to(ScalarType.Float32).requires_grad_())];
        var output = layer.Forward(given[0], given[1], given[2], layout, tensors: Matrices(given[3], given[4]));

        var (e, f) = (exact[3].narrow(0, 0, 33), exact[4].narrow(0, 0, 33));
        var scores = exact[0].matmul(e.t().matmul(exact[1]).transpose(2, 3)) / Math.Sqrt(8);
        var expected = scores.softmax(-1).matmul(f.t().matmul(exact[2]));
        Assertions.Close(ToLayout(expected, layout), output, OutputTolerance);

        var outputGradient = randn(3, 2, 21, 6, ScalarType.Float64);
        output.backward([ToLayout(outputGradient, layout).to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        for (var i = 0; i < 3; i++)
        {
            Assertions.Close(ToLayout(exact[i].grad!, layout), given[i].grad!, GradientTolerance);
        }

        Assertions.Close(exact[3].grad!, given[3].grad!, GradientTolerance);
        Assertions.Close(exact[4].grad!, given[4].grad!, GradientTolerance);
    }

    /// <summary>
    /// Transformer-XL with a memory: u, w and the matrix that makes keys of distances learn from what the layer gives for q + u, q + w and
    /// r.
    /// </summary>
    [Fact]
    public void Relative_positions_and_their_gradients_are_those_of_torch()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var (queries, keys) = (12, 31);
        Tensor[] exact = [Draw(2, 3, queries, 8), Draw(2, 3, keys, 8), Draw(2, 3, keys, 6), Draw(3, 1, 8), Draw(3, 1, 8), Draw(3, 10, 8)];
        Tensor[] given = [.. exact.Select(one => one.detach().to(ScalarType.Float32).requires_grad_())];
        var sinusoids = tensor(DistanceEmbedding.Sinusoids(distances: 40, dim: 10), [40, 10]);
        var output = new Relative().Forward(
            given[0] + given[3], given[1], given[2],
            tensors: new Dictionary<string, Tensor>
            {
                ["positionQuery"] = given[0] + given[4],
                ["distanceKey"] = sinusoids.matmul(given[5]),
            });

        // Row i and column j are keys − queries + i − j tokens apart.
        var distances = arange(keys - queries, keys).unsqueeze(1) - arange(keys).unsqueeze(0);
        var byDistance = (exact[0] + exact[4]).matmul(sinusoids.to(ScalarType.Float64).matmul(exact[5]).transpose(-1, -2));
        var byKey = byDistance.gather(-1, distances.clamp(min: 0).expand(2, 3, queries, keys));
        var scores = ((exact[0] + exact[3]).matmul(exact[1].transpose(-1, -2)) + byKey) / Math.Sqrt(8);
        var expected = scores.masked_fill(distances < 0, double.NegativeInfinity).softmax(-1).matmul(exact[2]);
        Assertions.Close(expected, output, OutputTolerance);

        var outputGradient = randn(2, 3, queries, 6, ScalarType.Float64);
        output.backward([outputGradient.to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        foreach (var (one, other) in exact.Zip(given))
        {
            Assertions.Close(one.grad!, other.grad!, GradientTolerance);
        }
    }

    /// <summary>Only what requires a gradient gets one, the matrices alone among them.</summary>
    [Fact]
    public void Matrices_alone_may_require_gradients()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        Tensor[] inputs = [randn(1, 2, 7, 8), randn(1, 2, 9, 8), randn(1, 2, 9, 6)];
        Tensor e = randn(40, 5).requires_grad_(), f = randn(40, 5);
        new Mixtures().Forward(inputs[0], inputs[1], inputs[2], tensors: Matrices(e, f)).sum().backward();
        Assert.NotNull(e.grad);
        Assert.Null(f.grad);
        Assert.All(inputs, input => Assert.Null(input.grad));
        Assert.Equal(0, e.grad!.narrow(0, 9, 31).abs().max().item<float>());
    }

    [Fact]
    public void Decays_of_tokens_have_the_gradients_of_a_direct_call()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var layer = new Fading(seed: 7) { DegreeOfParallelism = get_num_threads() };
        Tensor[] inputs =
        [
            .. new[] { randn(2, 17, 3, 8), randn(2, 17, 3, 8), randn(2, 17, 3, 6), -rand(2, 17, 3) }
                .Select(one => one.detach().requires_grad_()),
        ];
        var output = layer.Forward(
            inputs[0], inputs[1], inputs[2], TensorLayout.BatchLengthHeadDim, tensors: Named("logDecay", inputs[3]));
        output.square().sum().backward();

        float[][] given = [.. inputs.Select(Numbers)];
        float[][] gradients = [.. given.Select(one => new float[one.Length])];
        var (shape, expected) = (new AttentionShape(2, 3, 17, TensorLayout.BatchLengthHeadDim), new float[2 * 17 * 3 * 6]);
        using var context = new BackwardContext();
        layer.Forward(given[0], given[1], given[2], given[3], expected, shape, new() { Context = context });
        layer.Backward(
            given[0], given[1], given[2], given[3], expected, context, expected.Select(x => 2 * x).ToArray(), gradients[0], gradients[1],
            gradients[2], gradients[3], shape);
        Assert.Equal(expected, Numbers(output));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(gradients[i], Numbers(inputs[i].grad!));
        }
    }

    [Theory]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    public void Tables_and_numbers_of_tokens_are_those_of_a_direct_call(ScalarType type)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var layer = new BiasedDocuments { DegreeOfParallelism = get_num_threads() };
        Tensor[] inputs = [randn(2, 2, 12, 8), randn(2, 2, 12, 8), randn(2, 2, 12, 6)];
        var bias = randn(9).requires_grad_();
        int[] documents = [.. Enumerable.Range(0, 24).Select(token => token % 12 / 5)];
        var output = layer.Forward(inputs[0], inputs[1], inputs[2], tensors: new Dictionary<string, Tensor>
        {
            ["learnedBias"] = bias,
            ["tokenDocument"] = tensor(documents, [2, 12]).to(type),
        });
        output.sum().backward();

        float[][] given = [.. inputs.Select(Numbers)];
        var (shape, expected, table, gradient) = (new AttentionShape(2, 2, 12), new float[2 * 2 * 12 * 6], Numbers(bias), new float[9]);
        using var context = new BackwardContext();
        layer.Forward(given[0], given[1], given[2], documents, table, expected, shape, new() { Context = context });
        layer.Backward(
            given[0], given[1], given[2], documents, table, expected, context, expected.Select(_ => 1f).ToArray(), default, default,
            default, gradient, shape, new() { Unwanted = AttentionGradients.Query | AttentionGradients.Key | AttentionGradients.Value });
        Assert.Equal(expected, Numbers(output));
        Assert.Equal(gradient, Numbers(bias.grad!));
    }

    /// <summary>Sequences of a packed tensor have the decays of their tokens.</summary>
    [Fact]
    public void Packed_sequences_are_what_they_are_alone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var layer = new Fading(seed: 7);
        Tensor[] inputs = [randn(1, 2, 15, 8), randn(1, 2, 15, 8), randn(1, 2, 15, 6), -rand(1, 2, 15)];
        var packed = layer.Forward(
            inputs[0], inputs[1], inputs[2], offsets: tensor([0L, 4, 15]), tensors: Named("logDecay", inputs[3]));
        foreach (var (from, count) in new[] { (0, 4), (4, 11) })
        {
            Tensor[] alone = [.. inputs.Select(one => one.narrow(2, from, count))];
            Assertions.Same(
                layer.Forward(alone[0], alone[1], alone[2], tensors: Named("logDecay", alone[3])), packed.narrow(2, from, count));
        }
    }

    /// <summary>Parameters of a module are in its state, and a step of an optimiser changes what it computes.</summary>
    [Fact]
    public void Modules_hold_matrices()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var module = new MultiheadKernelAttention(
            new SquareMixtures(), embeddingDim: 16, heads: 2,
            tensors: Named("lengthProjection", nn.Parameter(tensor(LengthProjection.Pooling(40, 5), [40, 5]))));
        Assert.Contains("attention.lengthProjection", module.state_dict().Keys);
        var input = randn(2, 11, 16);
        using var optimizer = optim.SGD(module.parameters(), 0.5);
        var losses = new List<float>();
        for (var step = 0; step < 5; step++)
        {
            optimizer.zero_grad();
            var loss = (module.call(input) - 1).square().mean();
            losses.Add(loss.item<float>());
            loss.backward();
            optimizer.step();
        }

        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
        Assert.NotEqual(LengthProjection.Pooling(40, 5), Numbers(module.state_dict()["attention.lengthProjection"]));

        // What is saved computes the same elsewhere.
        var other = new MultiheadKernelAttention(
            new SquareMixtures(), embeddingDim: 16, heads: 2, tensors: Named("lengthProjection", nn.Parameter(zeros(40, 5))));
        other.load_state_dict(module.state_dict());
        Assertions.Same(module.call(input), other.call(input));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var scope = NewDisposeScope();
        Tensor q = randn(1, 2, 7, 8), k = randn(1, 2, 9, 8), v = randn(1, 2, 9, 6), e = randn(40, 5);
        var layer = new Mixtures();
        Assertions.Throws<ArgumentException>("needs the tensor 'keyProjection', [40, 5]", () => layer.Forward(q, k, v));
        Assertions.Throws<ArgumentException>(
            "takes no tensor 'keyProjections' beside queries, keys and values; it takes keyProjection, valueProjection.",
            () => layer.Forward(q, k, v, tensors: Named("keyProjections", e)));
        Assertions.Throws<ArgumentException>(
            "takes no tensor 'bias' beside queries, keys and values; it takes none.",
            () => new Exact().Forward(q, k, v, tensors: Named("bias", e)));
        Assertions.Throws<ArgumentException>(
            "valueProjection is [40, 6], but must be [40, 5].", () => layer.Forward(q, k, v, tensors: Matrices(e, randn(40, 6))));
        Assertions.Throws<ArgumentException>(
            "keyProjection is Float64", () => layer.Forward(q, k, v, tensors: Matrices(e.to(ScalarType.Float64), e)));
        Assertions.Throws<ArgumentException>("tokenDocument is Float32, but must be int32 or int64", () => new BiasedDocuments().Forward(
            q, q, randn(1, 2, 7, 6),
            tensors: new Dictionary<string, Tensor> { ["learnedBias"] = randn(9), ["tokenDocument"] = zeros(1, 7) }));
        var large = zeros(1, 7, ScalarType.Int64);
        large[0, 3] = 1L << 40;
        Assertions.Throws<ArgumentException>("tokenDocument[3] is 1099511627776, which is no int.", () => new BiasedDocuments().Forward(
            q, q, randn(1, 2, 7, 6), tensors: new Dictionary<string, Tensor> { ["learnedBias"] = randn(9), ["tokenDocument"] = large }));
    }

    private static Tensor Draw(params long[] sizes) => randn(sizes, ScalarType.Float64).requires_grad_();

    private static Dictionary<string, Tensor> Named(string name, Tensor tensor) => new() { [name] = tensor };

    private static Dictionary<string, Tensor> Matrices(Tensor e, Tensor f) => new() { ["keyProjection"] = e, ["valueProjection"] = f };

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);

    private static float[] Numbers(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
