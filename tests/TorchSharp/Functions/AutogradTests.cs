using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>What a function of autograd must bear.</summary>
public sealed class AutogradTests
{
    public static TheoryData<string> All() => [.. Layers.Compared, nameof(FavorHadamard)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_retained_graph_gives_the_same_gradients_again(string name)
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(name));
        var loss = problem.Loss();
        loss.backward(retain_graph: true);
        var once = problem.TakeGradients();
        loss.backward(retain_graph: true);
        var twice = problem.TakeGradients();
        loss.backward();
        var thrice = problem.TakeGradients();
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(once[i], twice[i]);
            Assertions.Same(once[i], thrice[i]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Passes_that_wait_for_each_other_keep_their_own(string name)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        Problem a = new(layer, seed: 1), b = new(layer, seed: 2);
        Tensor lossA = a.Loss(), lossB = b.Loss();
        lossA.backward();
        lossB.backward();
        Problem againA = new(layer, seed: 1), againB = new(layer, seed: 2);
        againA.Loss().backward();
        againB.Loss().backward();
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(againA.Inputs[i].grad!, a.Inputs[i].grad!);
            Assertions.Same(againB.Inputs[i].grad!, b.Inputs[i].grad!);
        }
    }

    [Fact]
    public void A_layer_that_is_redrawn_between_the_passes_gives_the_gradients_of_its_outputs()
    {
        using var scope = NewDisposeScope();
        var layer = new CausalFavor(1);
        Problem expected = new(layer), actual = new(layer);
        expected.Loss().backward();
        var loss = actual.Loss();
        layer.Redraw(2);
        loss.backward();
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(expected.Inputs[i].grad!, actual.Inputs[i].grad!);
        }
    }

    [Fact]
    public void Gradients_of_several_passes_add_up()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(Favor)));
        problem.Loss().backward();
        var once = problem.TakeGradients();
        problem.Loss().backward();
        problem.Loss().backward();
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(once[i] + once[i], problem.Inputs[i].grad!);
        }
    }

    /// <summary>One tensor as query, key and value: its gradient is the sum of all three.</summary>
    [Fact]
    public void One_tensor_in_all_places()
    {
        using var scope = NewDisposeScope();
        var layer = new FavorHadamard(1);
        random.manual_seed(1);
        var one = randn(2, 2, 9, 8, requires_grad: true);
        Tensor[] three = [.. Enumerable.Range(0, 3).Select(_ => one.detach().clone().requires_grad_())];
        layer.Forward(one, one, one).square().sum().backward();
        layer.Forward(three[0], three[1], three[2]).square().sum().backward();
        Assertions.Close(three[0].grad! + three[1].grad! + three[2].grad!, one.grad!, 1e-6); // sums of three in another order
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    public void Inputs_that_need_no_gradient_get_none(bool query, bool key, bool value)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(CausalFavorRelu));
        Problem all = new(layer), some = new(layer, needed: [query, key, value]);
        all.Loss().backward();
        some.Loss().backward();
        for (var i = 0; i < 3; i++)
        {
            if (some.Inputs[i].requires_grad)
            {
                Assertions.Same(all.Inputs[i].grad!, some.Inputs[i].grad!);
            }
            else
            {
                Assert.Null(some.Inputs[i].grad);
            }
        }
    }

    [Fact]
    public void Nothing_is_recorded_where_nothing_asks_for_it()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(Favor));
        Problem problem = new(layer);
        var recorded = problem.Output();
        Assert.True(recorded.requires_grad);
        using (no_grad())
        {
            Assert.False(problem.Output().requires_grad);
            Assertions.Same(recorded.detach(), problem.Output());
        }

        using (inference_mode())
        {
            Assertions.Same(recorded.detach(), problem.Output());
            Problem inner = new(layer, needed: [false, false, false]);
            Assertions.Same(recorded.detach(), inner.Output());
        }

        Assert.False(new Problem(layer, needed: [false, false, false]).Output().requires_grad);
    }

    [Fact]
    public void Tensors_of_inference_mode_are_refused_by_torch_where_gradients_are_wanted()
    {
        using var scope = NewDisposeScope();
        Tensor key;
        using (inference_mode())
        {
            key = randn(1, 1, 4, 8);
        }

        Assertions.Throws<Exception>("Inference tensors cannot be saved for backward", () =>
            Layers.Create(nameof(Exact)).Forward(randn(1, 1, 4, 8, requires_grad: true), key, randn(1, 1, 4, 6)));
    }

    [Theory]
    [InlineData(0, 2, 5, 5)]
    [InlineData(2, 0, 5, 5)]
    [InlineData(2, 2, 0, 0)]
    [InlineData(2, 2, 0, 5)]
    [InlineData(2, 2, 5, 0)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 2, 3, 100)]
    public void Sizes_of_zero_and_one(int batch, int heads, int queries, int keys)
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = Layers.Create(name);
            if (layer.Causal && queries != keys)
            {
                continue;
            }

            var cases =
                from layout in Enum.GetValues<TensorLayout>()
                from keyHeads in new[] { heads, Math.Min(heads, 1) }
                select new Problem(layer, layout, batch, heads, queries, keys, keyHeads: keyHeads);
            foreach (var problem in cases)
            {
                var output = problem.Output();
                Assert.Equal(queries == 0 || keys == 0 || batch * heads == 0 ? 0 : 1, output.abs().sum().item<float>() > 0 ? 1 : 0);
                output.square().sum().backward();
                foreach (var input in problem.Inputs)
                {
                    Assert.Equal(input.shape, input.grad!.shape);
                    Assert.Equal(0, input.grad!.isnan().sum().item<long>());
                }
            }
        }
    }

    [Fact]
    public void A_sequence_without_keys_gives_zeros()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(Favor)), batch: 2);
        var output = problem.Output(tensor([0L, 3L]));
        Assert.Equal(0, output[0].abs().max().item<float>());
        Assert.NotEqual(0, output[1].abs().max().item<float>());
        output.sum().backward();
        Assert.All(problem.Inputs, input => Assert.Equal(0, input.grad![0].abs().max().item<float>()));
    }

    /// <summary>
    /// As the kernels have it: what attends to the token is NaN, in a causal layer from its tile on; other heads are not touched.
    /// </summary>
    [Fact]
    public void A_NaN_goes_where_the_kernels_let_it()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(CausalFavor)), queries: 200, keys: 200);
        using (no_grad())
        {
            problem.Inputs[1][0, 1, 150].fill_(float.NaN);
            var output = problem.Output();
            Assert.Equal(0, output[0, 0].isnan().sum().item<long>());
            Assert.Equal(0, output[0, 1, ..96].isnan().sum().item<long>()); // tiles of 48 tokens
            Assert.Equal(50 * 6, output[0, 1, 150..].isnan().sum().item<long>());
        }
    }

    [Fact]
    public void Tensors_that_are_not_contiguous_are_read_as_they_are()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(Favor));
        Problem problem = new(layer, needed: [false, false, false]);
        var expected = problem.Output();
        Tensor[] strided = [.. problem.Inputs.Select(input => input.transpose(1, 3).contiguous().transpose(1, 3))];
        Assert.False(strided[0].is_contiguous());
        Assertions.Same(expected, layer.Forward(strided[0], strided[1], strided[2]));

        // One key that stands for all: a stride of 0.
        var key = strided[1].narrow(2, 0, 1);
        Assertions.Same(
            layer.Forward(strided[0], key.expand(-1, -1, 21, -1).contiguous(), strided[2]),
            layer.Forward(strided[0], key.expand(-1, -1, 21, -1), strided[2]));
    }

    /// <summary>An output that the loss does not depend on: autograd hands no gradient over.</summary>
    [Fact]
    public void An_output_that_is_not_used_gives_no_gradient()
    {
        using var scope = NewDisposeScope();
        Problem used = new(Layers.Create(nameof(Favor)));
        var (first, rest) = (used.Output(), used.Output());
        (first.sum() + 0 * rest.detach().sum()).backward();
        Assert.NotNull(used.Inputs[0].grad);
    }

    [Fact]
    public void Outside_any_dispose_scope_the_output_is_the_callers()
    {
        Problem problem = new(Layers.Create(nameof(Favor)));
        var output = problem.Output();
        Assert.False(output.IsInvalid);
        output.sum().backward();
        Assert.NotNull(problem.Inputs[2].grad);
        output.Dispose();
    }

    [Fact]
    public void Threads_may_share_a_layer()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(CausalFavor));
        Problem expected = new(layer);
        expected.Loss().backward();
        Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var scopeOfThread = NewDisposeScope();
            Problem problem = new(layer);
            problem.Loss().backward();
            for (var i = 0; i < 3; i++)
            {
                // heads may be cut otherwise with another number of threads
                Assertions.Close(expected.Inputs[i].grad!, problem.Inputs[i].grad!, 1e-6);
            }
        });
    }

    [Fact]
    public void Gradients_of_gradients_fail_and_the_process_goes_on()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(Favor)));
        var loss = problem.Loss();
        Assert.Contains("invalid gradient", Failure(() => loss.backward(create_graph: true)), StringComparison.Ordinal);
        Assert.Contains("gradients of gradients", _lastError, StringComparison.Ordinal);
        Problem next = new(Layers.Create(nameof(Favor)));
        next.Loss().backward();
        Assert.NotNull(next.Inputs[0].grad);
    }

    [Fact]
    public void An_input_that_was_changed_before_the_backward_pass_is_refused()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(Favor)));
        var loss = problem.Loss();
        using (no_grad())
        {
            problem.Inputs[1].add_(1);
        }

        Assert.Contains("invalid gradient", Failure(() => loss.backward()), StringComparison.Ordinal);
        Assert.Contains("modified by an inplace operation", _lastError, StringComparison.Ordinal);
    }

    private string _lastError = "";

    // The message of a failing backward pass; its reason is on the standard error stream.
    private string Failure(Action backward)
    {
        var standard = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            return Assertions.Message<Exception>(backward);
        }
        finally
        {
            Console.SetError(standard);
            _lastError = captured.ToString();
        }
    }
}
