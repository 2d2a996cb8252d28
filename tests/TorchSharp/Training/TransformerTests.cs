using KernelGen.Examples.Training;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>What a transformer of the examples sees, and what it does not.</summary>
public sealed class TransformerTests
{
    [Fact]
    public void Causal_model_sees_no_later_token()
    {
        using var model = SmallModels.Create(true, _ => new KernelSelfAttention(new SquareCausalExact(), SmallModels.Settings(true)));
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var tokens = tensor(SmallModels.Batch(0).Inputs, [SmallModels.Rows, SmallModels.Length]);
        var before = model.call(tokens, null);
        for (var changed = 1; changed < SmallModels.Length; changed++)
        {
            var other = tokens.clone();
            _ = other.narrow(1, changed, 1).add_(1).remainder_(SmallModels.Vocabulary);
            var after = model.call(other, null);
            Assert.Equal(0, (before - after).narrow(1, 0, changed).abs().max().item<float>());
            Assert.NotEqual(0, (before - after).narrow(1, changed, 1).abs().max().item<float>());
        }
    }

    [Fact]
    public void Bidirectional_model_sees_all_tokens_of_a_sequence_but_no_padding()
    {
        using var model = SmallModels.Create(false, _ => new KernelSelfAttention(new SquareExact(), SmallModels.Settings(false)));
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var tokens = tensor(SmallModels.Batch(0).Inputs, [SmallModels.Rows, SmallModels.Length]);

        // The convolution reaches two tokens on, so that padding is as far from what is compared.
        const int length = 13, reach = 2;
        var lengths = tensor([(long)length, length, length]);
        var before = model.call(tokens, lengths);
        var padding = tokens.clone();
        _ = padding.narrow(1, length + reach, SmallModels.Length - length - reach).add_(1).remainder_(SmallModels.Vocabulary);
        Assert.Equal(0, (before - model.call(padding, lengths)).narrow(1, 0, length).abs().max().item<float>());
        for (var changed = 0; changed < length; changed++)
        {
            var other = tokens.clone();
            _ = other.narrow(1, changed, 1).add_(1).remainder_(SmallModels.Vocabulary);
            var difference = (before - model.call(other, lengths)).narrow(1, 0, length).abs();
            Assert.All(Enumerable.Range(0, length), position => Assert.NotEqual(0, difference.select(1, position).max().item<float>()));
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_model()
    {
        using var a = SmallModels.Create(true, _ => new KernelSelfAttention(new SquareCausalExact(), SmallModels.Settings(true)));
        using var b = SmallModels.Create(true, _ => new KernelSelfAttention(new SquareCausalExact(), SmallModels.Settings(true)));
        foreach (var (x, y) in a.parameters().Zip(b.parameters()))
        {
            Assert.Equal(x.data<float>().ToArray(), y.data<float>().ToArray());
        }
    }
}
