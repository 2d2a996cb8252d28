using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Tensors whose parts lie apart are handed to the kernels where they are.</summary>
public sealed class StrideTests
{
    private const int Batch = 2, Heads = 3, Length = 21;

    private static readonly string[] _kinds =
        ["fused", "heads first", "tokens first", "sequences last", "heads last", "parts", "windows", "overlaps"];

    public static TheoryData<string, TensorLayout, string> Cases()
    {
        var cases = new TheoryData<string, TensorLayout, string>();
        foreach (var layer in Layers.Compared)
        {
            foreach (var layout in Enum.GetValues<TensorLayout>())
            {
                foreach (var kind in _kinds)
                {
                    cases.Add(layer, layout, kind);
                }
            }
        }

        return cases;
    }

    /// <summary>The same bits as of contiguous copies: the kernels compute the same, wherever their tensors are.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Tensors_are_read_where_they_are(string name, TensorLayout layout, string kind)
    {
        using var scope = NewDisposeScope();
        var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
        random.manual_seed(1);
        int[] dims = [layer.HeadDim, layer.HeadDim, layer.ValueDim];
        var projection = randn([Batch, Length, 3, Heads, 8]);
        Tensor[] strided = [.. dims.Select((dim, place) => ToLayout(Make(place, dim), layout).detach().requires_grad_())];
        Tensor[] packed = [.. strided.Select(tensor => tensor.detach().contiguous().clone().requires_grad_())];
        Assert.All(strided, tensor => Assert.False(tensor.is_contiguous() && kind != "heads first" && kind != "tokens first"));

        Tensor output = layer.Forward(strided[0], strided[1], strided[2], layout),
            expected = layer.Forward(packed[0], packed[1], packed[2], layout);
        Assertions.Same(expected.detach(), output.detach());
        var outputGradient = randn_like(output);
        output.backward([outputGradient]);
        expected.backward([outputGradient]);
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(packed[i].grad!, strided[i].grad!);
            CheckPlace(strided[i], layout, layer.Forwards[0][i]);
            CheckPlace(strided[i], layout, layer.Backwards[0][i]);
        }

        // Without gradients likewise.
        using var mode = no_grad();
        Assertions.Same(expected.detach(), layer.Forward(strided[0], strided[1], strided[2], layout));
        Assert.Equal(layer.Forwards[0], layer.Forwards[^1]);

        // [batch, heads, length, dim]
        Tensor Make(int place, int dim) => kind switch
        {
            "fused" => projection.select(2, place).narrow(3, 0, dim).transpose(1, 2),
            "heads first" => randn(Batch, Heads, Length, dim),
            "tokens first" => randn(Batch, Length, Heads, dim).transpose(1, 2),
            "sequences last" => randn(Length, Heads, Batch, dim).permute(2, 1, 0, 3),
            "heads last" => randn(Length, Batch, Heads, dim).permute(1, 2, 0, 3),
            "parts" => randn(Batch + 2, Heads + 1, 2 * Length + 1, dim + 5).narrow(0, 1, Batch).narrow(1, 1, Heads)
                .slice(2, 1, 2 * Length + 1, 2).narrow(3, 3, dim),
            // Each token is most of the one before it.
            "windows" => randn(Batch * Heads * 50).as_strided([Batch, Heads, Length, dim], [Heads * 50, 50, 2, 1]),
            // Each head is most of the one before it: torch makes the like of such a tensor with the numbers of a token apart.
            "overlaps" => randn(Batch * Length * 11).as_strided([Batch, Heads, Length, dim], [Length * 11, 1, 11, 1]),
            _ => throw new NotSupportedException(kind),
        };
    }

    /// <summary>What is the same for all tokens, heads or sequences is there once.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Expanded_tensors_are_read_where_they_are(int axis)
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
            Tensor[] once = [.. new Problem(layer).Inputs.Select(input => input.detach().narrow(axis, 0, 1).contiguous().requires_grad_())];
            Tensor[] packed = [.. once.Select(input => Expanded(input.detach()).contiguous().requires_grad_())];
            var output = layer.Forward(Expanded(once[0]), Expanded(once[1]), Expanded(once[2]));
            var expected = layer.Forward(packed[0], packed[1], packed[2]);
            Assertions.Same(expected.detach(), output.detach());
            output.square().sum().backward();
            expected.square().sum().backward();
            for (var i = 0; i < 3; i++)
            {
                CheckPlace(Expanded(once[i].detach()), TensorLayout.BatchHeadLengthDim, layer.Forwards[0][i]);
                Assertions.Close(packed[i].grad!.sum(axis, keepdim: true), once[i].grad!, 1e-6); // sums by autograd, in any order
            }
        }

        Tensor Expanded(Tensor one) => one.expand([.. one.shape.Select((size, i) => i == axis ? axis == 2 ? 21 : 2 : size)]);
    }

    [Fact]
    public void What_has_no_rows_is_copied()
    {
        using var scope = NewDisposeScope();
        var layer = new RecordingAttention(new Exact());
        Problem problem = new(layer);
        Tensor[] strided =
            [.. problem.Inputs.Select(input => input.detach().transpose(1, 3).contiguous().transpose(1, 3).requires_grad_())];
        var output = layer.Forward(strided[0], strided[1], strided[2]);
        Assertions.Same(problem.Output().detach(), output.detach());
        Assert.All(layer.Forwards[0], place => Assert.Null(place.Strides));
        output.square().sum().backward();
        problem.Loss().backward();
        for (var i = 0; i < 3; i++)
        {
            Assertions.Same(problem.Inputs[i].grad!, strided[i].grad!.contiguous());
        }
    }

    /// <summary>Torch negates the imaginary part of a conjugate only when it reads it.</summary>
    [Fact]
    public void What_is_negated_when_it_is_read_is_copied()
    {
        using var scope = NewDisposeScope();
        var layer = new ExactOfOne();
        Tensor query = randn(2, 3, 5, 8), key = randn(2, 3, 5, 8), numbers = randn(2, 3, 5, 1);
        var value = complex(zeros_like(numbers), numbers).conj().imag;
        Assert.True(value.is_neg());
        Assertions.Same(layer.Forward(query, key, -numbers), layer.Forward(query, key, value));
        Assertions.Close(
            Reference.Attention(layer, query.to(ScalarType.Float64), key.to(ScalarType.Float64), -numbers.to(ScalarType.Float64)),
            layer.Forward(query, key, value), 1e-5);
    }

    [Fact]
    public void The_extent_of_a_tensor_is_what_its_strides_say()
    {
        Assert.Equal(2 * 3 * 4 * 8, TensorViews.Extent([2, 3, 4, 8], [96, 32, 8, 1]));
        Assert.Equal(8, TensorViews.Extent([2, 3, 4, 8], [0, 0, 0, 1]));
        Assert.Equal(100 + 2 * 7 + 3 * 50 + 8, TensorViews.Extent([2, 3, 4, 8], [100, 7, 50, 1]));
        Assert.Equal(0, TensorViews.Extent([2, 0, 4, 8], [1L << 40, 1, 1, 3]));
        Assert.Equal(1, TensorViews.Extent([1, 1, 1, 1], [1L << 40, -1, 1L << 62, 9])); // nobody steps over these
        Assert.Null(TensorViews.Extent([2, 3, 4, 8], [96, 1, 3, 12])); // the numbers of a token are apart
        Assert.Null(TensorViews.Extent([2, 3, 4, 8], [0, 0, 0, 0]));
        Assert.Null(TensorViews.Extent([2, 3, 4, 8], [96, -32, 8, 1]));
        Assert.Equal(int.MaxValue, TensorViews.Extent([2, 1, 1, 8], [int.MaxValue - 8, 8, 8, 1]));
        Assert.Null(TensorViews.Extent([2, 1, 1, 8], [int.MaxValue - 7, 8, 8, 1]));
        Assert.Null(TensorViews.Extent([3, 1, 1, 8], [1L << 62, 8, 8, 1]));
    }

    /// <summary>A gradient that is the same for all tokens is there once; one that is the same for all numbers is written out.</summary>
    [Fact]
    public void Output_gradients_are_read_where_they_are()
    {
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
            var weights = randn(2, 2, 1, layer.ValueDim);
            Problem expanded = new(layer), packed = new(layer), summed = new(layer), ones = new(layer);
            (expanded.Output().sum(2, keepdim: true) * weights).sum().backward();
            (packed.Output() * weights).sum().backward();
            summed.Output().sum().backward();
            ones.Output().backward([ones_like(ones.Inputs[2])]);
            Assert.Equal((2 * layer.ValueDim, layer.ValueDim, 0), layer.Backwards[0][3].Strides);
            Assert.Null(layer.Backwards[2][3].Strides);
            for (var i = 0; i < 3; i++)
            {
                Assertions.Same(packed.Inputs[i].grad!, expanded.Inputs[i].grad!);
                Assertions.Same(ones.Inputs[i].grad!, summed.Inputs[i].grad!);
            }
        }
    }

    /// <summary>Gradients that nobody asks for are not computed, and have no memory.</summary>
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    public void Gradients_that_nobody_wants_are_not_asked_for(bool query, bool key, bool value)
    {
        bool[] needed = [query, key, value];
        foreach (var name in Layers.Compared)
        {
            using var scope = NewDisposeScope();
            var layer = new RecordingAttention((IDifferentiableAttention)Layers.Create(name));
            Problem all = new(layer), some = new(layer, needed: needed);
            all.Loss().backward();
            some.Loss().backward();
            var unwanted =
                (query ? 0 : AttentionGradients.Query) | (key ? 0 : AttentionGradients.Key) | (value ? 0 : AttentionGradients.Value);
            Assert.Equal(unwanted, layer.Options[1].Unwanted);
            Assert.False(layer.Options[1].Accumulate);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(needed[i] ? some.Inputs[i].numel() : 0, layer.Backwards[1][4 + i].Extent);
                if (needed[i])
                {
                    Assertions.Same(all.Inputs[i].grad!, some.Inputs[i].grad!);
                }
                else
                {
                    Assert.Null(some.Inputs[i].grad);
                }
            }
        }
    }

    /// <summary>So that what comes before a transposed tensor gets a gradient that need not be copied.</summary>
    [Fact]
    public void Gradients_lie_as_their_inputs_do()
    {
        using var scope = NewDisposeScope();
        var layer = new RecordingAttention(new Exact());
        Tensor[] inputs = [.. new[] { 8, 8, 6 }.Select(dim => randn([2, 21, 3, dim], requires_grad: true).transpose(1, 2))];
        layer.Forward(inputs[0], inputs[1], inputs[2]).square().sum().backward();
        Assert.NotNull(layer.Forwards[0][0].Strides);
        Assert.Equal(layer.Forwards[0].Select(place => place.Strides), layer.Backwards[0][4..].Select(place => place.Strides));
    }

    private static Tensor ToLayout(Tensor tensor, TensorLayout layout) =>
        layout == TensorLayout.BatchHeadLengthDim ? tensor : tensor.transpose(1, 2);

    private static void CheckPlace(Tensor tensor, TensorLayout layout, RecordingAttention.Place place)
    {
        var strides = tensor.stride();
        var (head, token) = layout == TensorLayout.BatchHeadLengthDim ? (strides[1], strides[2]) : (strides[2], strides[1]);
        Assert.Equal(RecordingAttention.Place.AddressOf(TensorSpan.Of(tensor.detach(), 1)), place.Address);
        Assert.Equal(tensor.is_contiguous() ? null : ((nint)strides[0], (nint)head, (nint)token), place.Strides);
    }
}
