using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Multi-head attention against torch's own.</summary>
public sealed class MultiheadTests
{
    // Products of 16 to 24 numbers of float32 in another order.
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void With_the_weights_of_torchs_module_it_computes_the_same(bool causal, bool bias)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var theirs = nn.MultiheadAttention(16, 2, bias: bias);
        using var ours = new MultiheadKernelAttention(causal ? new SquareCausalExact() : new SquareExact(), 16, 2, bias: bias);
        if (bias)
        {
            using var mode = no_grad();
            nn.init.normal_(theirs.get_parameter("in_proj_bias")!);
            nn.init.normal_(theirs.get_parameter("out_proj.bias")!);
        }

        // Names and shapes are the same.
        Assert.Equal(theirs.state_dict().Keys.Order(), ours.state_dict().Keys.Order());
        ours.load_state_dict(theirs.state_dict());

        Tensor input = randn(3, 9, 16, requires_grad: true), same = input.detach().clone().requires_grad_();
        var mask = zeros(3, 9, ScalarType.Bool);
        mask[1, 6..].fill_(true);
        // libtorch's module would add a bool mask as 0 and 1
        var attentionMask = causal ? full(9, 9, double.NegativeInfinity).triu(1) : null;
        var sequenceFirst = input.transpose(0, 1);
        var expected = theirs.call(sequenceFirst, sequenceFirst, sequenceFirst, mask, need_weights: false, attentionMask).Item1
            .transpose(0, 1);
        var actual = ours.call(same, mask, attentionMask);
        Assertions.Close(expected.detach(), actual.detach(), Tolerance);
        var gradient = randn(3, 9, 16);
        expected.backward([gradient]);
        actual.backward([gradient]);
        Assertions.Close(input.grad!, same.grad!, Tolerance);
        foreach (var (name, parameter) in ours.named_parameters())
        {
            Assertions.Close(theirs.get_parameter(name)!.grad!, parameter.grad!, Tolerance);
        }
    }

    [Fact]
    public void Sizes_need_not_fit_each_other()
    {
        using var scope = NewDisposeScope();
        using var model = new MultiheadKernelAttention(new Favor(1), embeddingDim: 11, heads: 3, outputProjection: false);
        Assert.Equal([2, 5, 3 * 6], model.call(randn(2, 5, 11)).shape);
        Assert.Equal([3 * (8 + 8 + 6), 11], model.get_parameter("in_proj_weight")!.shape);
        Assert.Equal([0, 5, 18], model.call(randn(0, 5, 11)).shape);
        Assert.Equal([2, 0, 18], model.call(randn(2, 0, 11)).shape);
        Assertions.Throws<ArgumentException>("The last axis of input has 12 numbers, but the module was made for an embedding of 11",
            () => model.call(randn(2, 5, 12)));
        Assertions.Throws<ArgumentException>("input has 2 axes, [5, 11], but must have 3", () => model.call(randn(5, 11)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiheadKernelAttention(new Favor(1), 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiheadKernelAttention(new Favor(1), 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiheadKernelAttention(new Favor(1), 1, 2, keyHeads: 0));
        Assertions.Throws<ArgumentException>("There are 4 heads, which is no multiple of the 3 of keys",
            () => new MultiheadKernelAttention(new Favor(1), 1, 4, keyHeads: 3));
        Assertions.Throws<ArgumentException>("There are 4 heads, which is no multiple of the 8 of keys",
            () => new MultiheadKernelAttention(new Favor(1), 1, 4, keyHeads: 8));
    }

    public static TheoryData<string, int, bool, bool> Grouped()
    {
        var cases = new TheoryData<string, int, bool, bool>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var keyHeads in (int[])[1, 2, 4])
            {
                cases.Add(layer, keyHeads, false, true);
                cases.Add(layer, keyHeads, true, false);
                cases.Add(layer, keyHeads, true, true);
            }
        }

        return cases;
    }

    /// <summary>
    /// The whole module in float64, by torch's operations: projection, rotation, attention with as many copies of keys as are read,
    /// projection. Padding on the right, and a mask that says what the layer does.
    /// </summary>
    [Theory]
    [MemberData(nameof(Grouped))]
    public void Heads_that_share_keys_have_exact_gradients(string name, int keyHeads, bool isRotary, bool isPadded)
    {
        const int heads = 4;
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var layer = Layers.Create(name);
        var rotary = isRotary ? new RotaryPositions() : null;
        using var model = new MultiheadKernelAttention(layer, 10, heads, keyHeads, rotary: rotary);
        Assert.Equal([heads * 8 + keyHeads * (8 + 6), 10], model.get_parameter("in_proj_weight")!.shape);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
            {
                nn.init.normal_(parameter, 0, 0.5);
            }
        }

        var input = randn([3, 19, 10], requires_grad: true);
        long[]? lengths = isPadded ? [19, 1, 12] : null;
        var mask = layer.Causal ? ones(19, 19, ScalarType.Bool).triu(1) : null;
        var output = model.call(input, lengths is null ? null : tensor(lengths), mask);

        var exactInput = input.detach().to(ScalarType.Float64).requires_grad_();
        var exact = model.named_parameters().ToDictionary(
            named => named.name, named => named.parameter.detach().to(ScalarType.Float64).requires_grad_());
        var projected = nn.functional.linear(exactInput, exact["in_proj_weight"], exact["in_proj_bias"]);
        int[] counts = [heads, keyHeads, keyHeads], dims = [8, 8, 6];
        Tensor[] parts = [.. projected.split([.. counts.Zip(dims, (count, dim) => (long)count * dim)], 2)
            .Zip(dims, (part, dim) => part.unflatten(2, [-1, dim]))];
        Tensor query = Rotated(parts[0]).transpose(1, 2), key = Rotated(parts[1]).transpose(1, 2), value = parts[2].transpose(1, 2);
        var attended = Reference.Attention(layer, query, key, value, lengths).transpose(1, 2).flatten(2);
        var expected = nn.functional.linear(attended, exact["out_proj.weight"], exact["out_proj.bias"]);

        Assertions.Close(expected.detach(), output.detach(), Tolerance);
        var outputGradient = randn(3, 19, 10);
        output.backward([outputGradient]);
        expected.backward([outputGradient.to(ScalarType.Float64)]);
        Assertions.Close(exactInput.grad!, input.grad!, 5e-5); // as in GradientTests
        foreach (var (parameterName, parameter) in model.named_parameters())
        {
            Assertions.Close(exact[parameterName].grad!, parameter.grad!, 5e-5);
        }

        // In float64: each pair of numbers as one complex number, turned.
        Tensor Rotated(Tensor tokens)
        {
            if (!isRotary)
            {
                return tokens;
            }

            var angles = arange(19, ScalarType.Float64).view(19, 1, 1) * pow(10_000, -arange(4, ScalarType.Float64) / 4);
            Tensor first = tokens.narrow(3, 0, 4), second = tokens.narrow(3, 4, 4);
            return cat([first * angles.cos() - second * angles.sin(), first * angles.sin() + second * angles.cos()], 3);
        }
    }

    /// <summary>Queries, keys and values are where the projection has put them, for the backward pass too.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(1)]
    public void What_is_projected_is_not_copied(int keyHeads)
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
            using var model = new MultiheadKernelAttention(layer, 10, 4, keyHeads);
            var input = randn(2, 9, 10);
            var output = model.call(input);
            using (no_grad())
            {
                Assertions.Same(output.detach(), model.call(input));
            }

            output.sum().backward();
            Assert.Equal(2, layer.Forwards.Count);
            var width = 4 * 8 + keyHeads * (8 + 6);
            foreach (var places in layer.Forwards)
            {
                // The three are parts of one product, [batch, length, width].
                Assert.Equal(4 * 8 * sizeof(float), places[1].Address - places[0].Address);
                Assert.Equal(keyHeads * 8 * sizeof(float), places[2].Address - places[1].Address);
                Assert.Equal(
                    [(9 * width, 8, width), (9 * width, 8, width), (9 * width, 6, width)], places.Select(place => place.Strides!.Value));
            }

            // What autograd has saved is that same product.
            Assert.Equal(layer.Forwards[0], layer.Backwards[0][..3]);
        }
    }

    /// <summary>Rotated queries and keys are new; values stay where they are.</summary>
    [Fact]
    public void Values_beside_rotated_queries_are_not_copied()
    {
        using var scope = NewDisposeScope();
        var layer = new RecordingAttention(new CausalFavor(1));
        using var model = new MultiheadKernelAttention(layer, 10, 4, keyHeads: 2, rotary: new RotaryPositions());
        model.call(randn(2, 9, 10)).sum().backward();
        var places = layer.Forwards[0];
        Assert.Equal([null, null, (9 * 60, 6, 60)], places.Select(place => place.Strides));
        Assert.Equal(places, layer.Backwards[0][..3]);
    }

    /// <summary>
    /// What a step keeps, of long sequences of small tokens: the projection (192 MiB), the output (64 MiB) and a few numbers a token.
    /// Copies of queries, keys and values would be 192 MiB more.
    /// </summary>
    [Fact]
    public void A_recorded_call_keeps_the_projection_once()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // where the peak is not to be had so simply
        }

        using var scope = NewDisposeScope();
        using var model = new MultiheadKernelAttention(new FavorHadamard(1), 1, 8, bias: false, outputProjection: false);
        var input = randn(1, 1 << 18, 1);
        _ = model.call(randn(1, 5, 1));
        var before = MemoryUse.Now();
        using var peak = MemoryUse.WatchPeak();
        var output = model.call(input);
        var mebibytes = (peak.Stop() - before) >> 20;
        Assert.InRange(mebibytes, 256, 256 + 96); // two numbers a query and head are 16 MiB; pages that were free before are not seen
        Assert.True(output.requires_grad);
    }

    [Fact]
    public void A_module_outlives_the_dispose_scope_it_was_made_in()
    {
        MultiheadKernelAttention model;
        using (NewDisposeScope())
        {
            model = new MultiheadKernelAttention(new Favor(1), 10, 2, rotary: new RotaryPositions(), redraw: new RedrawSchedule(1, 1));
            _ = model.call(randn(1, 3, 10));
        }

        using var scope = NewDisposeScope();
        model.call(randn(1, 3, 10)).sum().backward();
        model.AfterOptimizerStep();
        model.call(randn(1, 3, 10)).sum().backward();
        Assert.All(model.parameters(), parameter => Assert.NotNull(parameter.grad));
        model.Dispose();
    }

    [Fact]
    public void Dropout_of_weights_is_refused_with_the_reason()
    {
        Assertions.Throws<NotSupportedException>("Dropout of attention weights is 0.1, but must be 0: a kernel sums",
            () => new MultiheadKernelAttention(new Favor(1), 10, 2, dropout: 0.1));
    }

    [Fact]
    public void Masks_that_say_what_the_layer_does_are_taken_and_others_named()
    {
        using var scope = NewDisposeScope();
        using MultiheadKernelAttention causal = new(new CausalFavor(1), 10, 2), bidirectional = new(new Favor(1), 10, 2);
        var input = randn(1, 4, 10);
        Tensor triangle = ones(4, 4, ScalarType.Bool).triu(1), nothing = zeros(4, 4, ScalarType.Bool);
        var infinite = full(4, 4, double.NegativeInfinity).triu(1);
        Assertions.Same(causal.call(input), causal.call(input, null, triangle));
        Assertions.Same(causal.call(input), causal.call(input, null, infinite));
        Assertions.Same(bidirectional.call(input), bidirectional.call(input, null, nothing));
        Assertions.Same(bidirectional.call(input), bidirectional.call(input, null, zeros(4, 4)));
        Check(causal, nothing, "shows key 1 to query 0, but the layer KernelGen.TorchSharp.Tests.CausalFavor is causal and hides it");
        Check(
            bidirectional, triangle,
            "hides key 1 from query 0, but the layer KernelGen.TorchSharp.Tests.Favor is bidirectional and does not hide it by that");
        var window = triangle.clone();
        window[3, 0].fill_(true);
        Check(causal, window, "declare what the layer sees, by Causal or, of [SoftmaxAttention], by Window, Side, Sinks, Prefix or Mask");
        var bias = infinite.clone();
        bias[2, 1].fill_(-0.5);
        Check(causal, bias, "adds -0.5 to the score of query 2 and key 1");
        Check(causal, zeros(3, 4), "The attention mask is [3, 4], but must be [4, 4]");

        void Check(MultiheadKernelAttention model, Tensor mask, string message) =>
            Assertions.Throws<ArgumentException>(message, () => model.call(input, null, mask));
    }

    [Fact]
    public void Rotary_positions_are_those_of_the_paper_and_know_distances_alone()
    {
        using var scope = NewDisposeScope();
        var rotary = new RotaryPositions(100);
        var tokens = randn(2, 5, 3, 8);
        var rotated = rotary.Apply(tokens);
        for (var position = 0; position < 5; position++)
        {
            for (var i = 0; i < 4; i++)
            {
                var angle = position * Math.Pow(100, -2.0 * i / 8);
                var (a, b) = (tokens[1, position, 2, i].item<float>(), tokens[1, position, 2, i + 4].item<float>());
                Assert.Equal(a * Math.Cos(angle) - b * Math.Sin(angle), rotated[1, position, 2, i].item<float>(), 1e-6);
                Assert.Equal(b * Math.Cos(angle) + a * Math.Sin(angle), rotated[1, position, 2, i + 4].item<float>(), 1e-6);
            }
        }

        // The same vectors, as far apart, elsewhere: also at a hundred thousand tokens, whose angles float32 would round by 0.004.
        Tensor one = randn(1, 1, 1, 8), other = randn(1, 1, 1, 8);
        double near = Product(3, 10), far = Product(100_003, 100_010);
        Assert.Equal(near, far, 1e-5);
        Assertions.Same(rotary.Apply(tokens), rotary.Apply(tokens, [0, 0]));
        Assertions.Close(
            rotary.Apply(tokens.narrow(1, 2, 3), [2, 2]),
            rotary.Apply(cat([zeros(2, 2, 3, 8), tokens.narrow(1, 2, 3)], 1)).narrow(1, 2, 3), 1e-7);
        Assert.Throws<ArgumentException>(() => rotary.Apply(tokens, [0]));
        Assert.Throws<ArgumentException>(() => rotary.Apply(randn(1, 1, 1, 7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotaryPositions(1));

        double Product(long a, long b) => (rotary.Apply(one, [a]) * rotary.Apply(other, [b])).sum().item<float>();
    }

    [Fact]
    public void Rotary_positions_that_inference_mode_has_met_first_can_be_trained_with()
    {
        using var scope = NewDisposeScope();
        using var model = new MultiheadKernelAttention(new Favor(1), 10, 2, rotary: new RotaryPositions());
        using (inference_mode())
        {
            _ = model.call(randn(1, 4, 10));
        }

        model.call(randn(1, 4, 10)).sum().backward();
        Assert.NotNull(model.get_parameter("in_proj_weight")!.grad);
    }
}
