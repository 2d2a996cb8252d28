using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Tokens one by one give what the whole sequence gives.</summary>
public sealed class DecoderTests
{
    // What decoding states are held to: 1e-5 of the largest output.
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(nameof(CausalFavor), false, 2)]
    [InlineData(nameof(CausalFavor), true, 2)]
    [InlineData(nameof(CausalFavorRelu), true, 2)]
    [InlineData(nameof(CausalExact), true, 2)]
    [InlineData(nameof(CausalFavor), false, 4)]
    [InlineData(nameof(CausalFavor), true, 4)]
    [InlineData(nameof(CausalExact), true, 4)]
    public void Prompt_and_steps_equal_the_whole(string name, bool rotary, int heads)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name, rotary, heads);
        var input = randn(3, 40, 10, requires_grad: true); // decoding asks for no gradients
        var expected = model.call(input).detach();
        using var decoder = model.CreateDecoder(3);
        Assertions.Close(expected.narrow(1, 0, 17), decoder.Prefill(input.narrow(1, 0, 17)), Tolerance);
        Assertions.Close(expected.narrow(1, 17, 2), decoder.Prefill(input.narrow(1, 17, 2)), Tolerance);
        for (var position = 19; position < 40; position++)
        {
            Assert.Equal([position, position, position], decoder.Positions);
            var output = decoder.Step(input.select(1, position));
            Assert.False(output.requires_grad);
            Assertions.Close(expected.select(1, position), output, Tolerance);
        }
    }

    [Fact]
    public void Prompts_of_different_lengths_go_on_from_their_own_positions()
    {
        using var scope = NewDisposeScope();
        using var model = Model(nameof(CausalFavor), rotary: true);
        long[] lengths = [3, 9, 0];
        var input = randn(3, 14, 10);
        var expected = model.call(input).detach();
        using var decoder = model.CreateDecoder(3);
        var prompt = decoder.Prefill(input.narrow(1, 0, 9), tensor(lengths));
        Assert.Equal(lengths, decoder.Positions);
        for (var i = 0; i < 3; i++)
        {
            Assertions.Close(expected[i].narrow(0, 0, lengths[i]), prompt[i].narrow(0, 0, lengths[i]), Tolerance);
        }

        for (var step = 0; step < 5; step++)
        {
            var output = decoder.Step(stack([.. lengths.Select((length, i) => input[i, length + step])]));
            Assertions.Close(stack([.. lengths.Select((length, i) => expected[i, length + step])]), output, Tolerance);
        }
    }

    [Fact]
    public void Forks_go_on_by_themselves()
    {
        using var scope = NewDisposeScope();
        using var model = Model(nameof(CausalFavor), rotary: true);
        Tensor input = randn(2, 6, 10), other = randn(2, 10);
        var expected = model.call(input).detach();
        using var decoder = model.CreateDecoder(2);
        decoder.Prefill(input.narrow(1, 0, 5));
        using var fork = decoder.Fork();
        fork.Step(other);
        using var chosen = decoder.Fork([1, 1, 0]);
        Assert.Equal(3, chosen.Sequences);
        Assertions.Close(expected.select(1, 5), decoder.Step(input.select(1, 5)), Tolerance);
        var outputs = chosen.Step(stack([input[1, 5], input[1, 5], input[0, 5]]));
        Assertions.Close(stack([expected[1, 5], expected[1, 5], expected[0, 5]]), outputs, Tolerance);
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Fork([2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Fork([]));
        decoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decoder.Step(other));
        chosen.Step(randn(3, 10));
    }

    [Fact]
    public void Memory_does_not_grow_with_the_position()
    {
        using var scope = NewDisposeScope();
        using var model = Model(nameof(CausalFavor), rotary: true);
        using var decoder = model.CreateDecoder();
        decoder.Prefill(randn(1, 10, 10));
        var bytes = decoder.StateBytes;
        decoder.Prefill(randn(1, 5000, 10));
        Assert.Equal(bytes, decoder.StateBytes);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var scope = NewDisposeScope();
        using var model = Model(nameof(CausalFavor), rotary: false);
        using var decoder = model.CreateDecoder(2);
        Assertions.Throws<ArgumentException>("The input has 3 sequences, but the decoder 2", () => decoder.Step(randn(3, 10)));
        Assertions.Throws<ArgumentException>("input has 3 axes", () => decoder.Step(randn(2, 1, 10)));
        Assertions.Throws<ArgumentException>("has 9 numbers", () => decoder.Step(randn(2, 9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateDecoder(0));
        using var bidirectional = Model(nameof(Favor), rotary: false);
        Assertions.Throws<InvalidOperationException>("Causal = true", () => bidirectional.CreateDecoder());
    }

    // Of two heads of keys, which four heads of queries share.
    private static MultiheadKernelAttention Model(string layer, bool rotary, int heads = 2)
    {
        random.manual_seed(1);
        return new MultiheadKernelAttention(Layers.Create(layer), 10, heads, keyHeads: 2, rotary: rotary ? new RotaryPositions() : null);
    }
}
