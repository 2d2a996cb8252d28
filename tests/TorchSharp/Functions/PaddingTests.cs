using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>What does not count is never read: neither in the forward nor in the backward pass.</summary>
public sealed class PaddingTests
{
    private const double OutputTolerance = 1e-5, GradientTolerance = 5e-5;

    public static TheoryData<string, TensorLayout, int> Cases()
    {
        var cases = new TheoryData<string, TensorLayout, int>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                cases.Add(layer, layout, 2);
                cases.Add(layer, layout, 1);
            }
        }

        return cases;
    }

    /// <summary>
    /// Sequences of all lengths, of one, and of none. In the place of what does not count stands NaN, in queries, keys, values and the
    /// gradients of the outputs.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void What_does_not_count_may_be_NaN(string name, TensorLayout layout, int keyHeads)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        (long queries, long keys) = layer.Causal ? (53, 53) : (53, 35);
        long[] queryLengths = [queries, 1, 0, 20, 9], keyLengths = [keys, keys, 7, 1, 9];
        random.manual_seed(1);
        Tensor[] clean =
        [
            randn(5, 2, queries, layer.HeadDim), randn(5, keyHeads, keys, layer.HeadDim), randn(5, keyHeads, keys, layer.ValueDim),
            randn(5, 2, queries, layer.ValueDim),
        ];
        long[][] lengths = [queryLengths, keyLengths, keyLengths, queryLengths];
        Tensor[] given =
            [.. clean.Zip(lengths, (tensor, counts) => ToLayout(Filled(tensor, counts, double.NaN), layout).detach().requires_grad_())];
        Tensor[] exact = [.. clean.Zip(lengths, (tensor, counts) => Filled(tensor, counts, 0).to(ScalarType.Float64).requires_grad_())];

        var output = layer.Forward(given[0], given[1], given[2], layout, tensor(keyLengths), tensor(queryLengths));
        var reference = Reference.Attention(layer, exact[0], exact[1], exact[2], keyLengths);
        Assertions.Close(ToLayout(Filled(reference, queryLengths, 0), layout).detach(), output.detach(), OutputTolerance);
        Assert.Equal(0, output[2].count_nonzero().item<long>());

        output.backward([given[3].detach()]);
        reference.backward([exact[3].detach()]);
        for (var i = 0; i < 3; i++)
        {
            Assertions.Close(ToLayout(exact[i].grad!, layout), given[i].grad!, GradientTolerance);
            var rest = Filled(ones_like(clean[i]), lengths[i], 0).to(ScalarType.Bool).logical_not();
            Assert.Equal(0, ToLayout(given[i].grad!, layout).masked_select(rest).count_nonzero().item<long>());
        }
    }

    [Fact]
    public void A_mask_of_queries_says_the_same_as_their_lengths()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(Favor));
        Problem problem = new(layer, queries: 4, keys: 5, needed: [false, false, false]);
        var mask = tensor([false, false, false, true, true, true, true, true], [2, 4]);
        var byLengths = layer.Forward(problem.Inputs[0], problem.Inputs[1], problem.Inputs[2], queryPadding: tensor([3L, 0L]));
        Assertions.Same(byLengths, layer.Forward(problem.Inputs[0], problem.Inputs[1], problem.Inputs[2], queryPadding: mask));
        using var module = new KernelAttention(layer);
        Assertions.Same(byLengths, module.call(problem.Inputs[0], problem.Inputs[1], problem.Inputs[2], null, mask));
        Assert.Equal(0, byLengths[1].count_nonzero().item<long>());
        Assertions.Same(problem.Output()[0, .., ..3].contiguous(), byLengths[0, .., ..3].contiguous());
    }

    [Fact]
    public void Wrong_queries_are_named()
    {
        using var scope = NewDisposeScope();
        Problem problem = new(Layers.Create(nameof(Exact)), queries: 4, keys: 5, needed: [false, false, false]);
        Check("queryPadding[1] says that 5 queries count, but must be 0 to 4", tensor([4L, 5L]));
        Check("The queryPadding is Int64 [3], but must be Bool [2, 4] (true for queries that do not count)", tensor([4L, 4L, 4L]));
        Check("The queryPadding of sequence 0 is not on the right: its query 1 does not count, but its query 2 does",
            tensor([false, true, false, true, false, false, false, false], [2, 4]));

        void Check(string message, Tensor padding) => Assertions.Throws<ArgumentException>(
            message,
            () => new Exact().Forward(problem.Inputs[0], problem.Inputs[1], problem.Inputs[2], queryPadding: padding));
    }

    // Something in place of the tokens past the lengths, of [batch, heads, length, dim].
    private static Tensor Filled(Tensor tokens, long[] lengths, double with) => tokens.masked_fill(
        (arange(tokens.shape[2]).unsqueeze(0) >= tensor(lengths).unsqueeze(1)).view(lengths.Length, 1, tokens.shape[2], 1), with);

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);
}
