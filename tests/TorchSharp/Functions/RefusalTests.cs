using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Every wrong argument is named, with what was found and what is needed.</summary>
public sealed class RefusalTests
{
    private static readonly IAttention _layer = Layers.Create(nameof(Exact));

    [Fact]
    public void Types_and_axes()
    {
        using var scope = NewDisposeScope();
        Tensor good = zeros(2, 3, 4, 8), value = zeros(2, 3, 4, 6);
        Refused("query is Float64, but the kernels compute in Float32", good.to(ScalarType.Float64), good, value);
        Refused("key is BFloat16", good, good.to(ScalarType.BFloat16), value);
        Refused("value is Int64", good, good, value.to(ScalarType.Int64));
        Refused("query has 3 axes, [3, 4, 8], but must have 4: [batch, heads, length, dim]", good[0], good, value);
        Refused("value is sparse", good, good, value.to_sparse());
        Assertions.Throws<ArgumentException>("[batch, length, heads, dim]",
            () => _layer.Forward(good[0], good, value, TensorLayout.BatchLengthHeadDim));
        Assertions.Throws<ArgumentException>("The layout is 7", () => _layer.Forward(good, good, value, (TensorLayout)7));
    }

    [Fact]
    public void Devices()
    {
        using var scope = NewDisposeScope();
        Tensor good = zeros(2, 3, 4, 8), value = zeros(2, 3, 4, 6);
        var elsewhere = empty([2, 3, 4, 8], ScalarType.Float32, new Device(global::TorchSharp.DeviceType.META));
        Refused("key is on meta", good, elsewhere, value);
    }

    [Fact]
    public void Sizes()
    {
        using var scope = NewDisposeScope();
        Tensor good = zeros(2, 3, 4, 8), value = zeros(2, 3, 4, 6);
        Refused("query has 9 numbers, but the layer was declared with the head dimension 8", zeros(2, 3, 4, 9), good, value);
        Refused("value has 8 numbers, but the layer was declared with the value dimension 6", good, good, good);
        Refused("the same batch size, but query is [2, 3, 4, 8] and key [1, 3, 4, 8]: 2 and 1", good, zeros(1, 3, 4, 8), value);
        Refused("the same number of heads, but key is [2, 3, 4, 8] and value [2, 1, 4, 6]: 3 and 1", good, good, zeros(2, 1, 4, 6));
        Refused(
            "The heads of query must be a multiple of those of key, but query is [2, 3, 4, 8] and key [2, 2, 4, 8]: 3 and 2 on axis 1",
            good, zeros(2, 2, 4, 8), zeros(2, 2, 4, 6));
        Refused("3 and 6 on axis 1", good, zeros(2, 6, 4, 8), zeros(2, 6, 4, 6));
        Refused("3 and 0 on axis 1", good, zeros(2, 0, 4, 8), zeros(2, 0, 4, 6));
        Refused("0 and 3 on axis 1", zeros(2, 0, 4, 8), good, value);
        Refused("the same length, but key is [2, 3, 4, 8] and value [2, 3, 5, 6]: 4 and 5", good, good, zeros(2, 3, 5, 6));
        CheckLengths(nameof(CausalExact), zeros(2, 3, 5, 8), "at least as many keys, but QueryLength is 5 and KeyLength is 4");
        CheckLengths(nameof(CausalFavor), zeros(2, 3, 5, 8), "needs as many keys as queries, but QueryLength is 5 and KeyLength is 4");
        CheckLengths(nameof(CausalFavor), zeros(2, 3, 3, 8), "needs as many keys as queries, but QueryLength is 3 and KeyLength is 4");

        void CheckLengths(string layer, Tensor query, string message)
        {
            Assertions.Throws<ArgumentException>(message, () => Layers.Create(layer).Forward(query, good, value));
            Assertions.Throws<ArgumentException>(message, () => Layers.Create(layer).Forward(query.requires_grad_(), good, value));
        }
    }

    [Fact]
    public void Padding()
    {
        using var scope = NewDisposeScope();
        Tensor good = zeros(2, 3, 4, 8), value = zeros(2, 3, 4, 6);
        Check("padding[1] says that 5 keys count, but must be 0 to 4", tensor([4L, 5L]));
        Check("padding[0] says that -1 keys count", tensor([-1, 4]));
        Check("The padding is Int64 [3], but must be Bool [2, 4]", tensor([4L, 4L, 4L]));
        Check("The padding is Float32 [2, 4]", zeros(2, 4));
        Check("The padding is Bool [4, 2]", zeros(4, 2, ScalarType.Bool));
        Check("The padding of sequence 1 is not on the right: its key 0 does not count, but its key 2 does",
            tensor([false, false, true, true, true, true, false, false], [2, 4]));
        Assertions.Same(
            _layer.Forward(good, good, value, padding: tensor([4L, 2L])),
            _layer.Forward(good, good, value, padding: tensor([false, false, false, false, false, false, true, true], [2, 4])));

        void Check(string message, Tensor padding) =>
            Assertions.Throws<ArgumentException>(message, () => _layer.Forward(good, good, value, padding: padding));
    }

    [Fact]
    public void Layers_without_a_backward_pass_say_so_in_the_forward_pass()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(NoBackward));
        var input = ones(1, 1, 4, 8);
        Assert.Equal([1, 1, 4, 8], layer.Forward(input, input, input).shape);
        var trained = ones(1, 1, 4, 8, requires_grad: true);
        Assertions.Throws<NotSupportedException>("NoBackward (KGEN031)", () => layer.Forward(trained, input, input));
        using (no_grad())
        {
            Assert.False(layer.Forward(trained, input, input).requires_grad);
        }
    }

    private static void Refused(string message, Tensor query, Tensor key, Tensor value) =>
        Assertions.Throws<ArgumentException>(message, () => _layer.Forward(query, key, value));
}
