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
        using var ours = new MultiheadKernelAttention(causal ? new SquareCausalExact() : new SquareExact(), 16, 2, bias);
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
            "hides key 1 from query 0, but the layer KernelGen.TorchSharp.Tests.Favor is bidirectional and shows it");
        var window = triangle.clone();
        window[3, 0].fill_(true);
        Check(causal, window, "hides key 0 from query 3");
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
