using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Query heads that share heads of keys and values, against torch's own operations in float64.</summary>
public sealed class GroupedHeadTests
{
    private const int Batch = 3, Heads = 6;

    // As in GradientTests; gradients of keys are sums over up to 6 heads more.
    private const double OutputTolerance = 1e-5, GradientTolerance = 5e-5;

    public static TheoryData<string, TensorLayout, int, bool> Cases()
    {
        var cases = new TheoryData<string, TensorLayout, int, bool>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                foreach (var keyHeads in (int[])[1, 2, 3])
                {
                    cases.Add(layer, layout, keyHeads, false);
                    cases.Add(layer, layout, keyHeads, true);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_gradients_are_those_of_torch(string name, TensorLayout layout, int keyHeads, bool padded)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        (long queries, long keys) = layer.Causal ? (67, 67) : (67, 35);
        random.manual_seed(1);
        Compare(
            layer, layout, padded ? [keys, 0, keys - 5] : null, randn(Batch, Heads, queries, layer.HeadDim),
            randn(Batch, keyHeads, keys, layer.HeadDim), randn(Batch, keyHeads, keys, layer.ValueDim));
    }

    public static TheoryData<string, string> Structured()
    {
        var cases = new TheoryData<string, string>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var kind in (string[])["equal tokens", "constant columns", "equal heads", "one token"])
            {
                cases.Add(layer, kind);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Structured))]
    public void Structured_inputs(string name, string kind)
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(name);
        random.manual_seed(1);
        Compare(
            layer, TensorLayout.BatchHeadLengthDim, null, Make(Heads, layer.HeadDim), Make(2, layer.HeadDim), Make(2, layer.ValueDim));

        Tensor Make(int heads, int dim) => kind switch
        {
            "equal tokens" => randn(Batch, heads, 1, dim).expand(-1, -1, 50, -1),
            "constant columns" => randn(Batch, heads, 50, 1).expand(-1, -1, -1, dim).contiguous(),
            "equal heads" => randn(Batch, 1, 50, dim).expand(-1, heads, -1, -1),
            "one token" => randn(Batch, heads, 1, dim),
            _ => throw new NotSupportedException(kind),
        };
    }

    /// <summary>The bits do not depend on how a head of keys comes to be read by many.</summary>
    [Fact]
    public void Shared_heads_are_the_same_as_copies()
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = Layers.Create(name);
            Problem shared = new(layer, heads: Heads, keyHeads: 2);
            var copies = shared.Inputs[1..].Select(input => input.detach().repeat_interleave(Heads / 2, 1).requires_grad_()).ToArray();
            var output = shared.Output();
            var expected = layer.Forward(shared.Inputs[0].detach(), copies[0], copies[1]);
            Assertions.Same(expected.detach(), output.detach());
            output.square().sum().backward();
            expected.square().sum().backward();
            for (var i = 0; i < 2; i++)
            {
                var summed = copies[i].grad!.unflatten(1, [2, Heads / 2]).sum(2);
                Assertions.Close(summed, shared.Inputs[1 + i].grad!, 2e-6); // sums of three in another order
            }
        }
    }

    /// <summary>Keys that are the part of a projection that they share with queries of more heads.</summary>
    [Fact]
    public void Parts_of_a_projection_are_read_where_they_are()
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
            random.manual_seed(1);
            long[] widths = [4 * 8, 2 * 8, 2 * 6];
            var projection = randn([2, 21, widths.Sum()], requires_grad: true);
            var parts = projection.split(widths, 2);
            var output = layer.Forward(
                parts[0].view(2, 21, 4, 8), parts[1].view(2, 21, 2, 8), parts[2].view(2, 21, 2, 6), TensorLayout.BatchLengthHeadDim);
            var start = RecordingAttention.Place.AddressOf(TensorSpan.Of(projection.detach()));
            Assert.Equal([start, start + 32 * 4, start + 48 * 4], layer.Forwards[0].Select(place => place.Address));
            Assert.All(layer.Forwards[0], place => Assert.Equal(21 * 60, place.Strides!.Value.Batch));
            output.square().sum().backward();
            Assert.Equal(layer.Forwards[0], layer.Backwards[0][..3]);

            Tensor[] exact = [.. parts.Zip((int[])[8, 8, 6], (part, dim) =>
                part.detach().to(ScalarType.Float64).unflatten(2, [-1, dim]).transpose(1, 2).requires_grad_())];
            Reference.Attention(layer.Inner, exact[0], exact[1], exact[2]).square().sum().backward();
            var gradient = cat([.. exact.Select(tensor => tensor.grad!.transpose(1, 2).flatten(2))], 2);
            Assertions.Close(gradient, projection.grad!, GradientTolerance);
        }
    }

    private static void Compare(IAttention layer, TensorLayout layout, long[]? lengths, params Tensor[] inputs)
    {
        Tensor[] exact = [.. inputs.Select(input => input.to(ScalarType.Float64).requires_grad_())];
        Tensor[] given = [.. inputs.Select(input => ToLayout(input, layout).detach().requires_grad_())];
        var output = layer.Forward(given[0], given[1], given[2], layout, lengths is null ? null : tensor(lengths));
        var expected = ToLayout(Reference.Attention(layer, exact[0], exact[1], exact[2], lengths), layout);
        if (lengths is not null)
        {
            // A query that sees no key gets zeros, where the formula divides 0 by 0.
            expected = expected.masked_fill((tensor(lengths) == 0).view(-1, 1, 1, 1), 0);
        }

        Assertions.Close(expected.detach(), output.detach(), OutputTolerance);
        var outputGradient = randn_like(expected);
        output.backward([outputGradient.to(ScalarType.Float32)]);
        expected.backward([outputGradient]);
        var largest = exact.Max(tensor => tensor.grad!.nan_to_num(0).abs().max().item<double>());
        for (var i = 0; i < 3; i++)
        {
            // By symmetry some gradients are 0 but for rounding: the largest of all three is the measure.
            var difference = (ToLayout(exact[i].grad!.nan_to_num(0), layout) - given[i].grad!).abs().max().item<double>();
            Assert.True(
                difference <= GradientTolerance * largest,
                $"Gradient {i}: the difference is {difference:g4}, the largest gradient {largest:g4}.");
        }
    }

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);
}
