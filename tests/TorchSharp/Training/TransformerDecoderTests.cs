using KernelGen.Examples.Training;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>A model that writes computes what it computes for the whole text.</summary>
public sealed class TransformerDecoderTests
{
    private static readonly TransformerSettings _settings = SmallModels.Settings(true) with
    {
        Window = 1,
        Answers = SmallModels.Vocabulary,
    };

    private static readonly string[] _kinds = ["exact", "softmax", "relu"];

    public static TheoryData<string> Layers => [.. _kinds];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Prompts_of_different_lengths_and_steps_give_what_the_whole_gives(string kind)
    {
        using var model = Model(kind);
        const int steps = 25;
        Random random = new(3);
        long[][] texts = [.. new[] { 1, 19, 7 }
            .Select(prompt => Enumerable.Range(0, prompt + steps).Select(_ => (long)random.Next(SmallModels.Vocabulary)).ToArray())];
        using var decoder = new TransformerDecoder(model, texts.Length);
        var scores = decoder.Prefill([.. texts.Select(text => text[..^steps])]);
        for (var step = 0; step <= steps; step++)
        {
            for (var i = 0; i < texts.Length; i++)
            {
                var whole = Last(model, texts[i][..^(steps - step)]);
                for (var answer = 0; answer < whole.Length; answer++)
                {
                    // Scores are of size 1; both ways round in float32, in another order.
                    Assert.Equal(whole[answer], scores[i, answer], 1e-4);
                }
            }

            if (step < steps)
            {
                scores = decoder.Step([.. texts.Select(text => text[^(steps - step)])]);
            }
        }
    }

    [Fact]
    public void State_of_random_features_does_not_grow()
    {
        using var model = Model("softmax");
        using var decoder = new TransformerDecoder(model, 1);
        _ = decoder.Prefill([[1]]);
        var before = decoder.StateBytes;
        _ = decoder.Prefill([[.. Enumerable.Repeat(2L, 500)]]);
        Assert.Equal(before, decoder.StateBytes);
    }

    [Fact]
    public void Convolution_is_refused()
    {
        using var model = SmallModels.Create(true, _ => new KernelSelfAttention(new SquareCausalExact(), SmallModels.Settings(true)));
        Assert.Contains(
            "4 tokens", Assert.Throws<ArgumentException>(() => new TransformerDecoder(model, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captured_queries_and_keys_give_probabilities()
    {
        foreach (var kind in _kinds)
        {
            using var model = Model(kind);
            var batch = SmallModels.Batch(0);
            var layers = AttentionInputs.Capture(model, batch.Inputs, batch.Rows);
            Assert.Equal(_settings.Layers, layers.Count);
            foreach (var layer in layers)
            {
                var probabilities = layer.Probabilities(sequence: 1, causal: true);
                Assert.Equal(_settings.Heads * SmallModels.Length * SmallModels.Length, probabilities.Length);
                for (var row = 0; row < _settings.Heads * SmallModels.Length; row++)
                {
                    var of = probabilities[(row * SmallModels.Length)..((row + 1) * SmallModels.Length)];
                    Assert.Equal(1, of.Sum(), 1e-5);
                    Assert.All(of.Skip((row % SmallModels.Length) + 1), later => Assert.Equal(0, later));
                }
            }
        }
    }

    private static Transformer Model(string kind)
    {
        _ = manual_seed(5);
        return new Transformer(_settings, layer => new KernelSelfAttention(
            kind switch
            {
                "exact" => new SquareCausalExact(),
                "softmax" => new CausalFavor(seed: (ulong)layer),
                "relu" => new CausalFavorRelu(seed: (ulong)layer),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
            },
            _settings));
    }

    private static float[] Last(Transformer model, long[] text)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        return model.call(tensor(text, [1, text.Length]), null)[0][text.Length - 1].data<float>().ToArray();
    }
}
